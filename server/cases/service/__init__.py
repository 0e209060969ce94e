"""The verbs on cases; other slices call these and nothing else of this slice."""

from server.cases.lifecycle import OPEN
from server.cases.queries import hold_case
from server.cases.queue import QueueCursor, QueuePage, QueueRow, claimed_rows, waiting_count, waiting_page
from server.cases.schemas import BetterPhoto, Completeness, PackEntry, PhotoEvidence, PhotoReason, Prepared
from server.cases.service.answering import (
    ANSWER_NOTICE,
    follow_notice,
    note_delivery,
    record_amendment,
    record_answer,
    undo_answer,
)
from server.cases.service.arrivals import (
    completeness,
    match_arrivals,
    media_to_prepare,
    record_kept,
    record_prepared,
    record_refused,
)
from server.cases.service.chasing import chase_absent
from server.cases.service.emergencies import (
    LEAST_REASON_CHARACTERS,
    MOST_REASON_CHARACTERS,
    SECOND_FACTOR_WITHIN_S,
    Minutes,
    NothingToOpen,
    end_emergency,
    end_expired,
    open_in_emergency,
    own_opening,
    own_openings,
)
from server.cases.service.emergency_reviews import OpeningCard, list_openings, openings_to_review, review_opening
from server.cases.service.ending import close_case, reopen_case, withdraw_case, withdraw_erased
from server.cases.service.exporting import ExportedPhoto, photo_to_export, prepared_part
from server.cases.service.markers import case_marker, queue_marker
from server.cases.service.messages import mark_read, send_message
from server.cases.service.photo_requests import ask_for_photo
from server.cases.service.pool_setup import (
    PoolCard,
    create_pool,
    join_pool,
    leave_pool,
    pool_cards,
    route_to_pool,
    set_deadline,
    set_pool_open,
)
from server.cases.service.pools import ReadablePool, completeness_of, readable_pools
from server.cases.service.reading import (
    OpenedCase,
    OpenedPart,
    cases_of_patient,
    open_case,
    received_at,
    require_visible,
)
from server.cases.service.receipts import receipt_of
from server.cases.service.renditions import NoSuchPicture, Opened, read_document, read_rendition
from server.cases.service.reviewing import (
    claim_case,
    escalate_case,
    note_activity,
    reassign_case,
    release_case,
    release_silent,
    require_claim,
)
from server.cases.service.risk import Risk, at_risk, pools_for, risk_counts
from server.cases.service.submission import add_parts, submit_case
from server.cases.service.unreached import note_told, tell_again, unreached
from server.cases.tables import Acuity, Case, Delivery, ReviewOutcome, ReviewRequest

__all__ = [
    "ANSWER_NOTICE",
    "LEAST_REASON_CHARACTERS",
    "MOST_REASON_CHARACTERS",
    "OPEN",
    "SECOND_FACTOR_WITHIN_S",
    "Acuity",
    "BetterPhoto",
    "Case",
    "Completeness",
    "Delivery",
    "ExportedPhoto",
    "Minutes",
    "NoSuchPicture",
    "NothingToOpen",
    "Opened",
    "OpenedCase",
    "OpenedPart",
    "OpeningCard",
    "PackEntry",
    "PhotoEvidence",
    "PhotoReason",
    "PoolCard",
    "Prepared",
    "QueueCursor",
    "QueuePage",
    "QueueRow",
    "ReadablePool",
    "ReviewOutcome",
    "ReviewRequest",
    "Risk",
    "add_parts",
    "ask_for_photo",
    "at_risk",
    "case_marker",
    "cases_of_patient",
    "chase_absent",
    "claim_case",
    "claimed_rows",
    "close_case",
    "completeness",
    "completeness_of",
    "create_pool",
    "end_emergency",
    "end_expired",
    "escalate_case",
    "follow_notice",
    "hold_case",
    "join_pool",
    "leave_pool",
    "list_openings",
    "mark_read",
    "match_arrivals",
    "media_to_prepare",
    "note_activity",
    "note_delivery",
    "note_told",
    "open_case",
    "open_in_emergency",
    "openings_to_review",
    "own_opening",
    "own_openings",
    "photo_to_export",
    "pool_cards",
    "pools_for",
    "prepared_part",
    "queue_marker",
    "read_document",
    "read_rendition",
    "readable_pools",
    "reassign_case",
    "receipt_of",
    "received_at",
    "record_amendment",
    "record_answer",
    "record_kept",
    "record_prepared",
    "record_refused",
    "release_case",
    "release_silent",
    "reopen_case",
    "require_claim",
    "require_visible",
    "review_opening",
    "risk_counts",
    "route_to_pool",
    "send_message",
    "set_deadline",
    "set_pool_open",
    "submit_case",
    "tell_again",
    "undo_answer",
    "unreached",
    "waiting_count",
    "waiting_page",
    "withdraw_case",
    "withdraw_erased",
]

"""Case rows; every clinical or identifying content is sealed under the patient's vault."""

from enum import StrEnum
from typing import ClassVar

from piccolo.columns import UUID, BigInt, Boolean, Bytea, Integer, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.cases.lifecycle import Status
from server.core.db.columns import Owned, OwnedWithin, Retention
from server.core.db.constraints import one_of


class Acuity(StrEnum):
    """How soon an answer is due; the hours stand in the pool's deadline rules."""

    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"


class Delivery(StrEnum):
    """How the answer's way back stands: a leg of its own beside the clinical status."""

    NONE = "none"
    PENDING = "pending"
    NOTIFIED = "notified"
    READ = "read"
    FAILED = "failed"


class Case(Owned, Table, tablename="care_case"):
    """One case; its id was minted at the edge and is its idempotency key. `region` is the patient's place then."""

    retention = Retention.CLINICAL
    subject_columns: ClassVar = {"case_id": "id"}

    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    encounter_id = UUID(default=None, null=True)
    submitted_by = UUID(default=None, null=False)
    topic = Varchar(length=12)
    specialty = Varchar(length=40)
    language = Varchar(length=35)
    region = Varchar(length=12)
    acuity = Varchar(length=8)
    status = Varchar(length=12)
    delivery = Varchar(length=8, default=Delivery.NONE)
    version = Integer(default=1)
    """Raised by every step; the compare-and-set of a verb names it."""
    schema = Varchar(length=40)
    submission_sha256 = Varchar(length=64)
    sealed = Bytea(default=b"")
    """The submission's bytes as sent, sealed: evidence of what was said."""
    happened_at = Timestamptz(default=None, null=False)
    zone = Varchar(length=64)
    received_at = Timestamptz(default=None, null=False)
    changed_at = Timestamptz(default=None, null=False)
    closed_because = Varchar(length=40, default="")
    sensitivity = Varchar(length=16, default="normal")
    is_clock_doubtful = Boolean(default=False)
    is_test = Boolean(default=False)

    case_status = one_of("status", Status)
    case_acuity = one_of("acuity", Acuity)
    case_delivery = one_of("delivery", Delivery)


class Arrival(StrEnum):
    """How far one part is: promised and absent, held, prepared for reading, or of no use."""

    ABSENT = "absent"
    HELD = "held"
    READY = "ready"
    REFUSED = "refused"
    GIVEN_UP = "given-up"


class FaceState(StrEnum):
    """What was said about faces that are not what the photograph is of; none were seen where it is empty."""

    NONE = ""
    ASKED = "asked"
    BLUR = "blur"
    CROP = "crop"
    NEEDED = "needed"


class CasePart(OwnedWithin, Table, tablename="case_part"):
    """A part of a named, versioned kind with its own arrival state; `id` was minted at the edge."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    kind = Varchar(length=16)
    position = Integer(default=0)
    sealed = Bytea(default=b"")
    """The contract's part Struct, sealed."""
    arrival = Varchar(length=8)
    digest_address = Varchar(length=64, default="")
    """HMAC of the media's SHA-256 under the vault; empty for parts without media."""
    media_type = Varchar(length=200, default="")
    """As the sender named it; for documents and recordings, once kept, as their content says."""
    size_bytes = BigInt(default=0)
    upload_id = UUID(default=None, null=True)
    refused_because = Varchar(length=40, default="")
    object_key = Varchar(length=200, default="")
    """The packed renditions in the object store, once prepared."""
    preparation = Varchar(length=60, default="")
    """Algorithm and version that prepared it."""
    renditions = Bytea(default=None, null=True)
    """The pack's index (`tuple[PackEntry, ...]`), sealed: one range read serves one rendition or tile."""
    evidence = Bytea(default=None, null=True)
    """`PhotoEvidence` (verdict, capture device and time, sizes), sealed."""
    happened_at = Timestamptz(default=None, null=False)
    zone = Varchar(length=64)
    received_at = Timestamptz(default=None, null=True)
    preview_step = Varchar(length=5, default="")
    """Of the best small picture there is while the photograph itself is not (a `PreviewStep`); empty without one."""
    preview_key = Varchar(length=200, default="")
    """That picture in the object store: a JPEG made of what came."""
    preview = Bytea(default=None, null=True)
    """`PreviewFacts`, sealed."""
    prepared_at = Timestamptz(default=None, null=True)
    chased_at = Timestamptz(default=None, null=True)
    replaces = UUID(default=None, null=True)
    lesion_id = UUID(default=None, null=True)
    sensitivity = Varchar(length=16, default="normal")
    is_entered_in_error = Boolean(default=False)
    faces = Varchar(length=8, default=FaceState.NONE)
    clear_key = Varchar(length=200, default="")
    """The master without covers in the object store, until the sender's answer is carried out; no address shows it."""

    part_arrival = one_of("arrival", Arrival)


class ObservationRow(Owned, Table, tablename="observation"):
    """One vital sign of a vitals part: the code in the clear for trends, the value sealed as entered and canonical."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False, index=True)
    vault_id = UUID(default=None, null=False)
    part_id = UUID(default=None, null=False)
    code = Varchar(length=200)
    status = Varchar(length=16, default="final")
    absent_because = Varchar(length=20, default="")
    method = Varchar(length=8)
    sealed = Bytea(default=b"")
    measured_at = Timestamptz(default=None, null=False)
    zone = Varchar(length=64)
    received_at = Timestamptz(default=None, null=False)

    observation_status = one_of("status", ["final", "corrected", "entered-in-error"])


class Pool(Owned, Table, tablename="pool"):
    """A group of readers; `organisation_id` is the reading organisation."""

    retention = Retention.CONFIGURATION

    name = Varchar(length=80)
    specialty = Varchar(length=40)
    is_open = Boolean(default=True)


class PoolMember(Owned, Table, tablename="pool_member"):
    retention = Retention.CONFIGURATION

    pool_id = UUID(default=None, null=False, index=True)
    person_id = UUID(default=None, null=False, index=True)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=True)


class PoolRoute(Owned, Table, tablename="pool_route"):
    """Cases of `organisation_id` (the clinic) of a specialty go to `pool_id`; empty region or language matches all."""

    retention = Retention.CONFIGURATION

    pool_id = UUID(default=None, null=False)
    specialty = Varchar(length=40)
    region = Varchar(length=12, default="")
    language = Varchar(length=35, default="")
    rank = Integer(default=0)


class DeadlineRule(Owned, Table, tablename="deadline_rule"):
    """Hours to an answer per pool and acuity, from a date on."""

    retention = Retention.CONFIGURATION

    pool_id = UUID(default=None, null=False, index=True)
    acuity = Varchar(length=8)
    hours = Integer()
    effective_at = Timestamptz(default=None, null=False)


class RequestState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    ENDED = "ended"


class ReviewRequest(Owned, Table, tablename="review_request"):
    """One ask for an answer: first opinion, second opinion or after reopening. Case status follows the newest."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    pool_id = UUID(default=None, null=True, index=True)
    """Empty while no pool could be found: shown to coordinators as unroutable."""
    kind = Varchar(length=16, default="first")
    state = Varchar(length=8)
    acuity = Varchar(length=8)
    claimed_by = UUID(default=None, null=True, index=True)
    claimed_at = Timestamptz(default=None, null=True)
    active_at = Timestamptz(default=None, null=True)
    """When the reader last did anything; a silent one is released."""
    opened_at = Timestamptz(default=None, null=False)
    due_at = Timestamptz(default=None, null=False)
    """Where the deadline stands while the clock runs; moved on by every pause."""
    paused_at = Timestamptz(default=None, null=True)
    answered_at = Timestamptz(default=None, null=True)

    request_state = one_of("state", RequestState)


class DeadlineInterval(Owned, Table, tablename="deadline_interval"):
    """A stretch in which a request's clock ran or stood (waiting for the patient)."""

    retention = Retention.CLINICAL

    request_id = UUID(default=None, null=False, index=True)
    kind = Varchar(length=8)
    started_at = Timestamptz(default=None, null=False)
    ended_at = Timestamptz(default=None, null=True)


class PhotoRequest(Owned, Table, tablename="photo_request"):
    """A request for a better photograph that points at one (or at none: another view).

    It is open until a photograph is supplied or it has ended: answered without, withdrawn, or given up.
    """

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    part_id = UUID(default=None, null=True)
    asked_by = UUID(default=None, null=False)
    reason = Varchar(length=20)
    sealed = Bytea(default=b"")
    supplied_part_id = UUID(default=None, null=True)
    supplied_at = Timestamptz(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)


class CaseMessage(Owned, Table, tablename="case_message"):
    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    author_id = UUID(default=None, null=False)
    author_side = Varchar(length=8)
    sealed = Bytea(default=b"")
    read_at = Timestamptz(default=None, null=True)
    """When the other side first saw it."""
    form_key = Varchar(length=64, default=None, null=True)

    message_once = Unique([case_id, form_key])


class ReviewOutcome(StrEnum):
    """What the patient's organisation found about an emergency opening."""

    PENDING = "pending"
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"
    UNCLEAR = "unclear"


class EmergencyOpening(Owned, Table, tablename="emergency_opening"):
    """One breaking of the glass: `person_id`, acting for `person_organisation_id`, opened a case they may not see.

    It belongs to the patient's organisation, which reviews it. The access itself is the grant, and ends with it.
    """

    retention = Retention.AUDIT

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    person_id = UUID(default=None, null=False, index=True)
    person_organisation_id = UUID(default=None, null=False)
    sealed = Bytea(default=b"")
    """The reason in the person's words."""
    expires_at = Timestamptz(default=None, null=False)
    ended_at = Timestamptz(default=None, null=True)
    is_patient_told = Boolean(default=False)
    """Whether a notice could be addressed; how it fared stands with the notices."""
    outcome = Varchar(length=12, default=ReviewOutcome.PENDING)
    reviewed_by = UUID(default=None, null=True)
    reviewed_at = Timestamptz(default=None, null=True)
    review_note = Bytea(default=None, null=True)
    """Sealed."""

    opening_outcome = one_of("outcome", ReviewOutcome)


class PhotoAnnotation(Owned, Table, tablename="photo_annotation"):
    """One version of something drawn on a photograph, at `recorded_at`. Rows are only added; removing is a version."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    vault_id = UUID(default=None, null=False)
    part_id = UUID(default=None, null=False)
    annotation_id = UUID(default=None, null=False)
    """Minted at the edge; of one photograph, so that nobody's id is in another's way."""
    version = Integer()
    author_id = UUID(default=None, null=False)
    is_removed = Boolean(default=False)
    sealed = Bytea(default=b"")
    """`StoredMark`."""

    one_annotation_version = Unique([part_id, annotation_id, version])


class CaseEvent(OwnedWithin, Table, tablename="case_event"):
    """The case's timeline: each step of its life with who, when and why (codes only)."""

    retention = Retention.CLINICAL

    case_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    event = Varchar(length=20)
    status = Varchar(length=12)
    actor_id = UUID(default=None, null=False)
    reason = Varchar(length=40, default="")
    sealed = Bytea(default=None, null=True)
    """What a person wrote as their reason, sealed."""

"""The verbs of calls; other slices call these and nothing else of this slice."""

from server.calls.lifecycle import OPEN, TALKING, WAITING
from server.calls.schemas import RingMode
from server.calls.service.answering import answer, cancel, decline, end, is_there, take
from server.calls.service.asking import EARLY, LATE, ask, ask_for_visit, is_of, requeue
from server.calls.service.inviting import (
    guest_of,
    invitations,
    invite,
    is_redeemed_by,
    leave_for_good,
    link_of,
    redeem,
    revoke,
)
from server.calls.service.noting import Note, notes_of_case, own_note, save_note
from server.calls.service.passing import forget_heard, heard_after, pass_on
from server.calls.service.reading import (
    call_marker,
    calls_marker,
    calls_of_case,
    card_of,
    current_calls,
    get_call,
    open_call_of,
    ringing,
    ringing_cards,
    ringing_marker,
    walk_ins_marker,
)
from server.calls.service.ringing import end_ringing
from server.calls.service.rosters import add_shift, end_shift, plan_of, set_plan, shifts_of
from server.calls.service.seats import admit, enter, get_up, look, place_of, remove, seats_shown, sit_down, stay
from server.calls.service.sweeping import end_erased, sweep
from server.calls.service.waiting import standing_of, walk_ins
from server.calls.tables import Call

__all__ = [
    "EARLY",
    "LATE",
    "OPEN",
    "TALKING",
    "WAITING",
    "Call",
    "Note",
    "RingMode",
    "add_shift",
    "admit",
    "answer",
    "ask",
    "ask_for_visit",
    "call_marker",
    "calls_marker",
    "calls_of_case",
    "cancel",
    "card_of",
    "current_calls",
    "decline",
    "end",
    "end_erased",
    "end_ringing",
    "end_shift",
    "enter",
    "forget_heard",
    "get_call",
    "get_up",
    "guest_of",
    "heard_after",
    "invitations",
    "invite",
    "is_of",
    "is_redeemed_by",
    "is_there",
    "leave_for_good",
    "link_of",
    "look",
    "notes_of_case",
    "open_call_of",
    "own_note",
    "pass_on",
    "place_of",
    "plan_of",
    "redeem",
    "remove",
    "requeue",
    "revoke",
    "ringing",
    "ringing_cards",
    "ringing_marker",
    "save_note",
    "seats_shown",
    "set_plan",
    "shifts_of",
    "sit_down",
    "standing_of",
    "stay",
    "sweep",
    "take",
    "walk_ins",
    "walk_ins_marker",
]

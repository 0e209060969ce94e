"""The verbs of scheduling; other slices call these and nothing else of this slice."""

from server.scheduling.faults import AlreadyInGroup, NotLicensedThere, TimeNotOffered, TimeTaken
from server.scheduling.service.attending import arrive, finish, miss, undo_arrival
from server.scheduling.service.availability import (
    Availability,
    add_blackout,
    add_hours,
    add_kind,
    add_place,
    availability,
    end_blackout,
    end_hours,
    end_kind,
    end_place,
    set_practice,
)
from server.scheduling.service.booking import HOLD, Move, confirm, hold_time, move, restore
from server.scheduling.service.changing import cancel, cancel_erased, lapse
from server.scheduling.service.feeds import end_feed, feed_path, has_feed, make_feed, read_feed
from server.scheduling.service.licensing import check_joining
from server.scheduling.service.links import cancel_linked, confirm_linked, look_at_linked
from server.scheduling.service.openings import offer_of, offers_for, open_slots
from server.scheduling.service.reading import (
    DaySheet,
    appointments_of_case,
    appointments_of_patient,
    clinic_day,
    day_sheet,
    flagged,
    get_appointment,
    waiting_of_patient,
)
from server.scheduling.service.reminding import remind
from server.scheduling.service.replying import take_reply
from server.scheduling.service.series import (
    Occurrence,
    Series,
    cancel_following,
    confirm_series,
    get_series,
    hold_series,
    leave_series,
)
from server.scheduling.service.waiting import join_waiting, leave_waiting, offer_freed
from server.scheduling.tables import Appointment

__all__ = [
    "HOLD",
    "AlreadyInGroup",
    "Appointment",
    "Availability",
    "DaySheet",
    "Move",
    "NotLicensedThere",
    "Occurrence",
    "Series",
    "TimeNotOffered",
    "TimeTaken",
    "add_blackout",
    "add_hours",
    "add_kind",
    "add_place",
    "appointments_of_case",
    "appointments_of_patient",
    "arrive",
    "availability",
    "cancel",
    "cancel_erased",
    "cancel_following",
    "cancel_linked",
    "check_joining",
    "clinic_day",
    "confirm",
    "confirm_linked",
    "confirm_series",
    "day_sheet",
    "end_blackout",
    "end_feed",
    "end_hours",
    "end_kind",
    "end_place",
    "feed_path",
    "finish",
    "flagged",
    "get_appointment",
    "get_series",
    "has_feed",
    "hold_series",
    "hold_time",
    "join_waiting",
    "lapse",
    "leave_series",
    "leave_waiting",
    "look_at_linked",
    "make_feed",
    "miss",
    "move",
    "offer_freed",
    "offer_of",
    "offers_for",
    "open_slots",
    "read_feed",
    "remind",
    "restore",
    "set_practice",
    "take_reply",
    "undo_arrival",
    "waiting_of_patient",
]

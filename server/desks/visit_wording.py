"""The words in which appointments are told."""

from server.web.catalogue import N_

VISIT_STATUS = {
    "held": ("waiting", N_("Kept for you, not booked yet")),
    "booked": ("good", N_("Booked")),
    "arrived": ("active", N_("Is there")),
    "done": ("neutral", N_("Done")),
    "cancelled": ("neutral", N_("Cancelled")),
    "no-show": ("warning", N_("Did not come")),
}
VISIT_MISS = {
    "time-taken": N_("Somebody else has this time."),
    "time-not-offered": N_("The specialist is not there at this time."),
    "time-is-over": N_("This time is too near, or has passed."),
    "too-far-ahead": N_("This is further ahead than this specialist can be booked."),
    "no-such-time": N_("The clocks change on this day and leave this time out."),
    "not-licensed-there": N_("The specialist may not treat you there on this day."),
    "too-many-appointments": N_("You would have too many appointments at once."),
    "already-in-group": N_("You have a place in this group already."),
}
"""Why one time of a series could not be had, by the code of the refusal."""
WEEKDAY = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)

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
WEEKDAY = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)

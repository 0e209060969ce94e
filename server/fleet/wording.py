"""What the fleet's codes say to administrators; a code that has no words is shown as it is."""

from server.fleet.service import Shown
from server.fleet.tables import AlertKind, ClaimStage
from server.web.catalogue import N_

ALERT = {
    AlertKind.SILENT: ("danger", N_("Silent")),
    AlertKind.FULL: ("danger", N_("Almost full")),
    AlertKind.CAMERA: ("danger", N_("No picture")),
    AlertKind.BEHIND: ("warning", N_("Behind")),
    AlertKind.HOT: ("warning", N_("Hot")),
    AlertKind.BATTERY: ("warning", N_("Low battery")),
    AlertKind.OUTDATED: ("neutral", N_("Out of date")),
}
"""Kind of status, and the word."""
WHAT_TO_DO = {
    AlertKind.SILENT: N_("Call the clinic: is there power, and is the link up? What is queued there is kept."),
    AlertKind.FULL: N_("Cases stop when there is no room. Find out why nothing leaves, or have the disk changed."),
    AlertKind.CAMERA: N_("Its camera gives no picture. Have the cable put in again and the lens uncovered."),
    AlertKind.BEHIND: N_("Cases wait on the kiosk. Look at its link; they can also be brought in on a USB stick."),
    AlertKind.HOT: N_("It slows itself down. Have it moved out of the sun, and its fan cleaned."),
    AlertKind.BATTERY: N_("A device there is almost empty. Which one stands under “Devices”; send batteries."),
    AlertKind.OUTDATED: N_("It has not taken the update. Ask for its log bundle."),
}
MEASURED = {
    AlertKind.FULL: N_("%(number)s MB free"),
    AlertKind.BEHIND: N_("%(number)s unsent"),
    AlertKind.HOT: N_("%(number)s °C"),
    AlertKind.BATTERY: N_("%(number)s %% left"),
}
SHOWN = {
    Shown.ACTIVE: N_("All in service"),
    Shown.ALERTING: N_("With an alert"),
    Shown.SILENT: ALERT[AlertKind.SILENT][1],
    Shown.FULL: ALERT[AlertKind.FULL][1],
    Shown.CAMERA: ALERT[AlertKind.CAMERA][1],
    Shown.BEHIND: ALERT[AlertKind.BEHIND][1],
    Shown.HOT: ALERT[AlertKind.HOT][1],
    Shown.BATTERY: ALERT[AlertKind.BATTERY][1],
    Shown.OUTDATED: ALERT[AlertKind.OUTDATED][1],
    Shown.UNHEARD: N_("Not heard yet"),
    Shown.REVOKED: N_("Out of service"),
}
STAGE = {
    ClaimStage.OPEN: ("neutral", N_("The code can be used")),
    ClaimStage.WAITING: ("waiting", N_("A kiosk waits for your answer")),
    ClaimStage.APPROVED: ("good", N_("Registered")),
    ClaimStage.REFUSED: ("danger", N_("Refused")),
    ClaimStage.WITHDRAWN: ("neutral", N_("Withdrawn")),
}
CAMERA = {
    "ready": ("good", N_("ready")),
    "missing": ("danger", N_("not found")),
    "black": ("warning", N_("black")),
    "frozen": ("warning", N_("frozen")),
    "busy": ("warning", N_("in use")),
}

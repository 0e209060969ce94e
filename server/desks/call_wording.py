"""The words in which calls are told."""

from server.web.catalogue import N_

CALL_STATUS = {
    "asked": ("waiting", N_("In the waiting room")),
    "ringing": ("active", N_("Ringing")),
    "joining": ("active", N_("Connecting")),
    "live": ("good", N_("On the call")),
    "interrupted": ("warning", N_("Interrupted")),
    "ended": ("neutral", N_("Ended")),
    "missed": ("warning", N_("Nobody answered")),
    "declined": ("warning", N_("Cannot talk now")),
    "cancelled": ("neutral", N_("Not wanted any more")),
    "failed": ("danger", N_("Could not connect")),
}
PRESENCE = {
    "expected": ("neutral", N_("not here yet")),
    "waiting": ("waiting", N_("waits to come in")),
    "present": ("good", N_("is here")),
    "interrupted": ("warning", N_("link lost")),
    "left": ("neutral", N_("has left")),
}
SEAT_ROLE = {
    "patient": N_("Patient"),
    "specialist": N_("Specialist"),
    "clinic-worker": N_("Clinic"),
    "interpreter": N_("Interpreter"),
    "guest": N_("Guest"),
}
INVITATION = {
    "open": ("waiting", N_("Link not used yet")),
    "used": ("good", N_("Link used")),
    "revoked": ("neutral", N_("Link taken back")),
    "over": ("neutral", N_("Link has run out")),
}
RING_MODE = {
    "parallel": N_("Everyone at once"),
    "in-order": N_("One after the other"),
    "on-call": N_("Whoever is on call"),
}
OVER_FOR_PATIENT = {
    "missed": N_("No specialist could answer just now. Your case is kept, and its deadline runs on as before."),
    "declined": N_("The specialist cannot talk just now. Your case is kept, and its deadline runs on as before."),
    "cancelled": N_("Nobody waits for you any more. Your case is kept."),
    "failed": N_("No picture or sound came through. Your case is kept. Check your camera and link, then try again."),
    "ended": N_("What was seen and said for your care stands in your case."),
}
OVER_FOR_OTHERS = {
    "missed": N_("Nobody answered. The case stays where it is, and its deadline runs on."),
    "declined": N_("The other side cannot talk now. The case stays where it is, and its deadline runs on."),
    "cancelled": N_("Whoever asked does not want the call any more."),
    "failed": N_("No picture or sound came through. Try again, or write."),
    "ended": N_("The call is over. Go on in the case."),
}

"""The words in which statuses, acuities, topics and reasons are told to people; codes stay codes everywhere else."""

from server.web.catalogue import N_

STATUS = {
    "submitted": ("neutral", N_("Received")),
    "preparing": ("active", N_("Being prepared")),
    "waiting": ("waiting", N_("Waiting for a specialist")),
    "in-review": ("active", N_("A specialist is looking at it")),
    "needs-more": ("warning", N_("Waiting for the patient")),
    "answered": ("good", N_("Answered")),
    "closed": ("neutral", N_("Closed")),
    "withdrawn": ("neutral", N_("Withdrawn")),
}
ACUITY = {
    "urgent": ("danger", N_("Urgent")),
    "soon": ("warning", N_("Soon")),
    "routine": ("neutral", N_("Routine")),
}
TOPIC = {
    "general": N_("Skin problem"),
    "rash": N_("Rash"),
    "lesion": N_("Mole or spot"),
    "wound": N_("Wound"),
}
EVENT = {
    # A call's interruptions are folded (timeline.py).
    "submit": N_("Case received"),
    "prepare": N_("Photos are being prepared"),
    "become-ready": N_("Ready for a specialist"),
    "claim": N_("A specialist began to read"),
    "release": N_("Given back to the queue"),
    "reassign": N_("Moved to another group of specialists"),
    "ask": N_("A better photo was asked for"),
    "supply": N_("The better photo has come"),
    "escalate": N_("Made more urgent"),
    "answer": N_("Answered"),
    "void-answer": N_("The answer was taken back before anyone read it"),
    "amend": N_("The answer was amended"),
    "close": N_("Closed"),
    "abandon": N_("Closed: what was to come never came, or could not be opened"),
    "withdraw": N_("Withdrawn"),
    "reopen": N_("Asked again"),
    "visit-booked": N_("A visit was booked"),
    "visit-moved": N_("The visit was moved"),
    "visit-cancelled": N_("The visit was cancelled"),
    "visit-missed": N_("The visit did not take place"),
    "visit-done": N_("The visit took place"),
    "call-asked": N_("A video call was asked for"),
    "call-answered": N_("The call was answered"),
    "call-live": N_("The call began"),
    "call-ended": N_("The call ended"),
    "call-missed": N_("Nobody answered the call"),
    "call-declined": N_("The call was declined"),
    "call-cancelled": N_("The call was not wanted any more"),
    "call-failed": N_("The call could not be connected"),
}
PHOTO_REASON = {
    "blurred": N_("Blurred: hold still and tap the spot"),
    "dark": N_("Too dark: go near a window"),
    "bright": N_("Too bright: turn the flash off"),
    "glare": N_("Something shines on the skin: turn the flash off or tilt the phone"),
    "colours": N_("The colours are not true: use daylight"),
    "cut-off": N_("It is cut off at the edge: put it in the middle"),
    "poor-copy": N_("A copy of poor quality: send the photo from the camera, not from a chat"),
    "too-far": N_("Too far away: move closer"),
    "too-close": N_("Too close: move back a little"),
    "wrong-place": N_("It does not show the place"),
    "another-view": N_("A view from another side is needed"),
    "unreadable": N_("The file could not be opened"),
}
"""Shown to the patient as advice; the order is the order of the specialist's choices."""
REFUSED = {
    "empty": N_("The file was empty: take the photo again"),
    "truncated": N_("Part of the photo is missing: take it again, or send it again from the phone that took it"),
    "damaged": N_("The photo is damaged: take it again"),
    "decode_failed": N_("The photo is damaged: take it again"),
    "not_an_image": N_("The file is not a photo: take a new one"),
    "unsupported_format": N_("This kind of file cannot be shown: take the photo with the phone’s camera"),
    "animated": N_("This is a moving picture: take a photo that stands still"),
    "too_many_pixels": N_("The photo is too large: take it again without zoom or panorama"),
    "too_many_bytes": N_("The file is too large: take the photo again"),
    "timeout": N_("The photo could not be made ready: take it again with the phone’s camera"),
    "memory": N_("The photo could not be made ready: take it again with the phone’s camera"),
}
"""Why a photograph was refused and what to do, by the codes of `imaging.refusals`."""
SENDING = {
    "waiting": N_("will be tried again"),
    "uncertain": N_("not known whether it arrived; the archive is asked first"),
    "refused": N_("refused by the archive"),
}
"""How a photograph that an archive does not have stands, by the states of `server.exchange`."""
FACES = {
    "asked": N_("face hidden; the sender is asked whether it is needed"),
    "blur": N_("face hidden, as the sender chose"),
    "crop": N_("cut so that no face is in it, as the sender chose"),
    "needed": N_("face shown: the sender says that it is needed"),
}
EARLY = {
    "absent": N_("Small preview: the photo is still travelling"),
    "held": N_("Small preview: the photo has come and is being prepared"),
    "refused": N_("Small preview: the photo itself could not be opened"),
    "given-up": N_("Small preview: the photo itself never came"),
}
"""What a small picture stands for, by the arrival of its photograph."""
VIEW = {
    "far": N_("From far"),
    "medium": N_("Middle distance"),
    "close-straight": N_("Close, straight"),
    "close-oblique": N_("Close, from the side"),
    "dermoscopic": N_("Dermoscopic"),
    "other": N_("Other view"),
}
SIDE = {
    "left": N_("Left"),
    "right": N_("Right"),
    "midline": N_("Middle"),
    "both": N_("Both sides"),
    "not-applicable": "",
}
CERTAINTY = {"certain": N_("Certain"), "likely": N_("Likely"), "possible": N_("Possible")}
METHOD = {
    "device": N_("sent by the device"),
    "manual": N_("typed from the device"),
    "camera": N_("read by the camera, investigational: not for decisions"),
    "reported": N_("told by the patient"),
}
ABSENT = {
    "unknown": N_("not known"),
    "asked-declined": N_("the patient declined"),
    "not-performed": N_("not measured"),
    "not-applicable": N_("does not apply"),
    "error": N_("the device failed"),
}

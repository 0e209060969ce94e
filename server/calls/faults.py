"""What calls refuse, and what a person can do about it."""

from server.core.faults import Conflict, Expired, Forbidden, InvalidForm, TooManyRequests


class ConsentNeeded(InvalidForm):
    code = "call-consent-needed"
    title = "The patient has not agreed to a video call yet"
    kept = "Nobody was called."
    next_step = "Ask the patient, tick the box and try again."


class CaseOver(Conflict):
    code = "case-over"
    title = "Nobody is asked to look at this case now"
    kept = "Nobody was called."
    next_step = "Ask again on the case's page, or book a visit."


class CaseNotReady(Conflict):
    code = "case-not-ready"
    title = "Nobody can read this case yet"
    kept = "The case is kept, and is being prepared. Nobody was called."
    next_step = "Ask again in a minute."


class NotYourCall(Forbidden):
    code = "not-your-call"
    title = "You have no place in this call"
    next_step = "Ask whoever is in it to invite you."


class NoteChanged(Conflict):
    code = "note-changed"
    title = "This note was changed in another tab"
    kept = "Both texts are kept: the saved one here, yours in the form."
    next_step = "Reload to see the saved one."


class AnsweredElsewhere(Conflict):
    code = "answered-elsewhere"
    title = "Somebody else has answered"
    kept = "Nobody waits for you."
    next_step = "Go on with what you were doing."


class CallFull(Conflict):
    code = "call-full"
    title = "All places in this call are taken"
    next_step = "Ask the host to make room."


class CallChanged(Conflict):
    code = "call-changed"
    title = "The call has changed since you opened it"
    next_step = "Reload it, and look at how it stands now."


class NotTheTime(Conflict):
    code = "not-the-time"
    title = "The visit is not now"
    kept = "Your appointment is unchanged."
    next_step = "Come back half an hour before it begins."


class LinkUsed(Expired):
    code = "call-link-used"
    title = "This link was used already"
    kept = "Whoever used it has the place in the call."
    next_step = "If that was you, open it on the device and in the browser you used first. If not, ask for a new link."


class LinkRanOut(Expired):
    code = "call-link-ran-out"
    title = "This link has run out"
    next_step = "Ask whoever sent it for a new one."


class LinkRevoked(Expired):
    code = "call-link-revoked"
    title = "This link was taken back"
    next_step = "Ask whoever sent it for a new one."


class CodeWrong(InvalidForm):
    code = "call-code-wrong"
    title = "The code is not right"
    kept = "The link is not used up."
    next_step = "Ask whoever invited you to read you the code, and type it again."


class TooManyFrames(TooManyRequests):
    code = "too-many-frames"
    title = "Too much was sent at once"
    next_step = "Load the page again."

"""What booking refuses, and what a person can do about it."""

from server.core.faults import BadInput, Conflict, TooManyRequests


class TimeTaken(Conflict):
    code = "time-taken"
    title = "Somebody has just taken this time"
    kept = "Nothing was booked, and what you had before is unchanged."
    next_step = "Choose another time."


class TimeNotOffered(BadInput):
    code = "time-not-offered"
    title = "This time is not offered"
    kept = "Nothing was booked, and what you had before is unchanged."
    next_step = "Choose one of the times that are shown."


class TooFarAhead(TimeNotOffered):
    code = "too-far-ahead"
    title = "This is further ahead than this specialist can be booked"


class NoSuchTime(TimeNotOffered):
    code = "no-such-time"
    title = "The clocks change then, and leave this time out"


class TimeIsOver(TimeNotOffered):
    code = "time-is-over"
    title = "This time has passed, or is too near"


class NotLicensedThere(Conflict):
    code = "not-licensed-there"
    title = "The specialist may not treat you there on that day"
    kept = "Nothing was booked, and what you had before is unchanged."
    next_step = "Choose an earlier day or another specialist."


class AlreadyInGroup(Conflict):
    code = "already-in-group"
    title = "There is a place in this group for you already"
    kept = "It stays as it was."
    next_step = "Look at your appointments."


class HoldRanOut(Conflict):
    code = "hold-ran-out"
    title = "The time was kept for you, and that has run out"
    kept = "Nothing was booked."
    next_step = "Choose a time again; this one may still be free."


class TooLateToChange(Conflict):
    code = "too-late-to-change"
    title = "It is too late to change this appointment here"
    kept = "The appointment stands as it was."
    next_step = "Call the clinic."


class AppointmentChanged(Conflict):
    code = "appointment-changed"
    title = "The appointment has changed since you opened it"
    next_step = "Reload it, and look at how it stands now."


class TooManyAppointments(TooManyRequests):
    code = "too-many-appointments"
    title = "There are too many appointments that have not been yet"
    kept = "Those that you have stay as they are."
    next_step = "Cancel one that you do not need, or call the clinic."

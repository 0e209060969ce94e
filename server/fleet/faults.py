"""What the fleet refuses, each with what the person or the kiosk can do about it."""

from server.core.faults import BadInput, Conflict, Expired, InvalidForm, SignInRequired, TooLarge


class ClaimRefused(Expired):
    """One answer for a code that is wrong, used by another kiosk, withdrawn or too old, and for a wrong signature."""

    code = "claim-refused"
    title = "This claim code is not valid"
    next_step = "Ask an administrator for a new code. Each one works once and for half an hour."


class ClaimDecided(Conflict):
    code = "claim-decided"
    title = "This claim has been decided already"
    next_step = "Reload to see how it stands now."


class AssertionRefused(SignInRequired):
    """The kiosk is unknown, or its assertion is malformed, wrongly signed, out of time or used before."""

    code = "assertion-refused"
    title = "This kiosk could not be recognised"
    next_step = "Set the clock by this answer’s Date, and send a new assertion."


class KioskRevoked(SignInRequired):
    """Told only to whoever holds the kiosk's key."""

    code = "kiosk-revoked"
    title = "This kiosk has been taken out of service"
    next_step = "Claim it again with a new code, if an administrator agrees."


class KioskToWipe(KioskRevoked):
    code = "kiosk-to-wipe"
    next_step = "Remove the keys and everything that is queued on this kiosk."


class PlaceCodeRefused(InvalidForm):
    """One answer for a code that is wrong, used, too old, or of another clinic's kiosk."""

    code = "place-code-refused"
    title = "This code is not valid"
    next_step = "Have the kiosk show a new code. Each one works once and for five minutes."


class GroupNameTaken(InvalidForm):
    code = "group-name-taken"
    title = "There is a group of this name already"


class NameMismatch(InvalidForm):
    code = "name-mismatch"
    title = "The name does not match"


class LogsRefused(BadInput):
    """Nothing but the lines of the contract is kept: anything else might hold a patient's words."""

    code = "logs-refused"
    title = "This is not a log bundle"


class LogsTooLarge(TooLarge):
    code = "logs-too-large"
    next_step = "Send the newest lines only."


class KioskOutOfService(Conflict):
    code = "kiosk-out-of-service"
    title = "This kiosk is out of service"
    next_step = "Claim it again with a new code first."


class SilentTooSoon(InvalidForm):
    code = "silent-too-soon"
    title = "Silence has to last for at least two heartbeats"

"""What can go wrong on a kiosk, told as what happened, what is kept and what to do."""

from typing import ClassVar


class KioskFault(Exception):
    """A refusal that is told to the worker; subclasses state a fact in their name."""

    code: ClassVar[str] = "fault"
    title: ClassVar[str] = "Something went wrong"
    kept: ClassVar[str] = ""
    next_step: ClassVar[str] = ""

    def __init__(self, inside: str = "") -> None:
        """`inside` is for the log: no screen shows it."""
        self.inside = inside
        super().__init__(inside or self.title)


class SpoolFull(KioskFault):
    code = "spool-full"
    title = "This kiosk has no room left for another case"
    kept = "Every case confirmed before is kept. This visit is still on the screen and is not kept yet."
    next_step = "Let what is waiting be sent, or take it away on a USB stick. Then confirm again."


class SpoolReadOnly(KioskFault):
    code = "spool-read-only"
    title = "This kiosk’s disk takes nothing any more"
    kept = "Every case confirmed before is kept. This visit is still on the screen and is not kept yet."
    next_step = "Write the visit down on paper and call for service: the disk has to be looked at."


class NeverConnected(KioskFault):
    code = "never-connected"
    title = "This kiosk has not met its server yet"
    kept = "Nothing is kept: without the server’s key a visit cannot be sealed."
    next_step = "Connect the kiosk once. Afterwards it works without a link."


class PhotographMissing(KioskFault):
    code = "photograph-missing"
    title = "A photograph of this visit is missing"
    kept = "This visit is still on the screen and is not kept yet."
    next_step = "Take the photograph again."

"""What may not be well with a slot, in words that every version of the program knows."""

from enum import StrEnum


class Ailment(StrEnum):
    """What is not well, also as the reason that the server is told."""

    NO_START = "does-not-start"
    ENDED = "ended"
    SPOOL = "spool"
    CAMERA = "camera"
    SCREEN = "screen"
    HEARTBEAT = "heartbeat"
    STARTS = "too-many-starts"
    INSTALL = "install"

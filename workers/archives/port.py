"""What a sending asks of an archive, and the three ways in which it may not succeed; calls block their thread."""

from typing import Protocol

from msgspec import Struct

OPERATION_S = 60.0


class _NotStored(Exception):
    def __init__(self, code: str) -> None:
        """`code` is short and stable and quotes nothing of the other side: it is stored and shown."""
        super().__init__(code)
        self.code = code


class Refused(_NotStored):
    """The archive will never take this object."""


class Deferred(_NotStored):
    """It was certainly not taken, and another try may succeed."""


class Interrupted(_NotStored):
    """The connection ended before the archive answered: it may have been taken."""


class Instance(Struct, frozen=True, kw_only=True):
    """One object as a file (PS3.10), with the UIDs that it is asked for by."""

    content: bytes
    sop_class_uid: str
    study_uid: str
    series_uid: str
    sop_uid: str


class ArchiveClient(Protocol):
    def has(self, instance: Instance) -> bool:
        """Whether the archive holds an object of that UID. Deferred if it cannot be asked."""
        ...

    def store(self, instance: Instance) -> None:
        """Returns when the archive says that it has the object; Refused, Deferred or Interrupted otherwise."""
        ...

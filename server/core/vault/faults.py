"""What a vault refuses."""

from server.core.faults import Conflict, Expired, Fault, NotFound


class Tampered(Fault):
    """Sealed content, or a wrapped key, is not what was sealed in this place: changed, moved, cut or another's."""

    status = 500
    code = "tampered"
    title = "A stored record failed its integrity check"
    kept = "The stored bytes are kept for examination."
    next_step = "Tell an administrator; do not rely on this record until it has been looked at."


class NoSuchVault(NotFound):
    """There is no such vault, or the organisation holds no key to it."""


class Shredded(Expired):
    """The vault's keys were destroyed: what it held cannot be read by anyone."""

    code = "shredded"
    title = "This record was erased"
    kept = "Nothing of its content is left."
    next_step = "Nothing can bring it back; a new record can be started."


class HeldByLaw(Conflict):
    """A legal hold stands on the vault, so it is not shredded."""

    code = "legal-hold"
    title = "A legal hold stands on this record"
    next_step = "Release the hold first, if it no longer applies."

"""Opens what a kiosk sealed to this server: a submission in a request's body."""

from collections.abc import Mapping
from uuid import UUID

from server.contract.sealed_parts import SEALED_MEDIA_TYPE
from server.core.faults import Fault
from server.core.keys import CannotUnseal
from server.core.platform import platform


class SealedUnreadable(Fault):
    """`inside` says why."""

    status = 422
    code = "sealed-unreadable"
    title = "What was sealed cannot be opened here"
    kept = "Nothing of it is kept here; the kiosk keeps it as it was sealed."
    next_step = "Tell whoever runs this server: a sealing key may be missing, or the kiosk’s disk may be damaged."


def is_sealed(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type") == SEALED_MEDIA_TYPE


def open_body(headers: Mapping[str, str], body: bytes) -> bytes:
    """The plain body: opened if its content type says that it is sealed, else as it is. SealedUnreadable."""
    return open_submission(body)[1] if is_sealed(headers) else body


def open_submission(sealed: bytes) -> tuple[UUID, bytes]:
    """The id that a sealed submission was sealed under, and its plain bytes; SealedUnreadable.

    Its own id stands in both places of the header, so that a photograph is never taken for one.
    """
    try:
        header, content = platform().keys.sealing.open(sealed)
    except CannotUnseal as error:
        raise SealedUnreadable(inside=str(error)) from error
    if header.case_id != header.part_id:
        raise SealedUnreadable(inside="it is a part of a case, not a submission")
    return header.case_id, content

"""Takes in a whole upload at once, from a stick instead of a link; what came before of it is not taken twice."""

from collections.abc import Callable
from typing import Any

from server.core.access import Actor
from server.intake.schemas import Incoming, NewUpload
from server.intake.service.creating import create_upload
from server.intake.service.reading import upload_progress
from server.intake.service.receiving import receive_bytes

Read = Callable[[int, int], bytes]
"""(offset, at most so many) → the upload's bytes from there."""
AT_ONCE_BYTES = 1024 * 1024


async def take_upload(actor: Actor, new: NewUpload, read: Read) -> None:
    """Receive what is still missing of the upload; the faults of creating and of receiving."""
    created = await create_upload(actor, new)
    progress = await upload_progress(actor, created.token)
    if progress.is_whole:
        return
    offset = progress.received_bytes

    async def receive() -> dict[str, Any]:
        nonlocal offset
        chunk = read(offset, AT_ONCE_BYTES)
        offset += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

    incoming = Incoming(offset=offset, length_bytes=new.length_bytes - offset, checksum=None)
    await receive_bytes(actor, created.token, incoming, receive)

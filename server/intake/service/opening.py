"""Opens uploads that came sealed by a kiosk: piece by piece, whenever they are read, and once before they count.

What is stored stays as it came: a second copy would have to be made in the transaction that ends the upload.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator

from server.contract.sealed_parts import SealedPartHeader, part_plain_size
from server.contract.sealing import Malformed
from server.core.keys import CannotUnseal, Opener
from server.core.platform import platform
from server.intake.tables import Upload


def has_sealed_size(length_bytes: int) -> bool:
    """Whether something sealed can have this length, with something inside."""
    try:
        return part_plain_size(length_bytes) > 0
    except Malformed:
        return False


async def open_sealed(pieces: AsyncIterable[bytes], upload: Upload) -> AsyncIterator[bytes]:
    """The plain bytes as the pieces come; CannotUnseal, also at the end, and where it is a part of something else."""
    opener = Opener(platform().keys.sealing)
    async for piece in pieces:
        opened = await asyncio.to_thread(opener.feed, piece)
        if opened:
            _require_place(opener.header, upload)
            yield opened
    last = opener.finish()
    _require_place(opener.header, upload)
    yield last


async def holds(pieces: AsyncIterable[bytes], upload: Upload, plain_sha256: str) -> bool:
    """Whether what is sealed opens here, is of that place and has the digest that was declared of it."""
    digest = hashlib.sha256()
    try:
        async for content in open_sealed(pieces, upload):
            await asyncio.to_thread(digest.update, content)
    except CannotUnseal:
        return False
    return digest.hexdigest() == plain_sha256


def _require_place(header: SealedPartHeader, upload: Upload) -> None:
    if (header.case_id, header.part_id) != (upload.case_id, upload.part_id):
        raise CannotUnseal("it was sealed for another place")

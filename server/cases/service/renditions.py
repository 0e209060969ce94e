"""Opens one rendition or tile of a photograph, what stands in its place until it comes, or a document as it came."""

import asyncio
from uuid import UUID

from msgspec import Struct

from server.cases import queries
from server.cases.schemas import PackEntry
from server.cases.service.steps import sealed_name
from server.cases.tables import CasePart
from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.faults import NotFound
from server.core.platform import platform
from server.core.vault import VaultKey

EARLY = "early.jpg"
"""The name of the small picture that is there before the photograph."""


class Opened(Struct, frozen=True):
    content: bytes
    media_type: str


class NoSuchPicture(NotFound):
    code = "no-such-picture"
    title = "There is no such picture"
    next_step = "It may still be being prepared; look again in a moment."


async def read_rendition(actor: Actor, case_id: UUID, part_id: UUID, name: str) -> Opened:
    """The plain bytes of `name` (`review.jpg`, `zoom_files/11/0_0.jpg`, `early.jpg`).

    The case's opening was recorded already.
    """
    part, key = await _open(actor, case_id, part_id)
    if name == EARLY:
        return await _read_early(key, part)
    entry = _find(key, part, name)
    return Opened(await _read(key, part, entry.offset, entry.length), entry.media_type)


async def read_document(actor: Actor, case_id: UUID, part_id: UUID) -> Opened:
    """A document or recording as it came, which is only ever handed out as an attachment."""
    part, key = await _open(actor, case_id, part_id)
    if part.renditions is not None or not part.object_key:
        raise NoSuchPicture
    return Opened(key.open(part.object_key, await platform().objects.get(part.object_key)), part.media_type)


async def _open(actor: Actor, case_id: UUID, part_id: UUID) -> tuple[CasePart, VaultKey]:
    authorize(actor, Action.CASE_READ)
    part = await queries.get_part(actor, part_id)
    if part.case_id != case_id:
        raise NoSuchPicture
    return part, await vault.key(part.vault_id, actor.organisation_id)


def _find(key: VaultKey, part: CasePart, name: str) -> PackEntry:
    if part.renditions is None:
        raise NoSuchPicture
    index = key.open_value(sealed_name("case_part", part.id, "renditions"), part.renditions, tuple[PackEntry, ...])
    for entry in index:
        if entry.name == name:
            return entry
    raise NoSuchPicture


async def _read_early(key: VaultKey, part: CasePart) -> Opened:
    if not part.preview_key or await platform().objects.size(part.preview_key) is None:
        raise NoSuchPicture
    sealed = await platform().objects.get(part.preview_key)
    return Opened(await asyncio.to_thread(key.open, part.preview_key, sealed), "image/jpeg")


async def _read(key: VaultKey, part: CasePart, start: int, length: int) -> bytes:
    store = platform().objects
    return await key.open_range(part.object_key, lambda at, size: store.get(part.object_key, at, size), start, length)

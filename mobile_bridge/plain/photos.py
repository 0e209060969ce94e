"""Takes the photographs of a posted form into intake, as uploads in pieces are, and names those that are here."""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import UUID, uuid5

import msgspec
from litestar.datastructures import UploadFile

from server.contract.case import Media, View
from server.core.access import Actor
from server.core.faults import BadInput, Conflict, Fault, TooLarge, TooManyRequests, Unavailable
from server.intake import service as intake
from server.web.catalogue import N_

CHUNK_BYTES = 256 * 1024
HEAD_BYTES = 16
NOT_A_PHOTO = N_("This file is not a photo that can be sent (JPEG, PNG, WebP or HEIC). Choose another one.")
HEIC_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"hevx", b"heim", b"heis"})
MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_NOTED = re.compile(r"([0-9a-f]{64}) ([1-9][0-9]{0,11}) (image/(?:jpeg|png|webp|heic))")


class NotAPhoto(BadInput):
    code = "not-a-photo"
    title = NOT_A_PHOTO


PASSED_ON = (NotAPhoto, TooLarge, TooManyRequests, Unavailable, Conflict)
"""What is wrong with one file, or with taking it now: told beside its field, with the rest of the form kept."""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A photograph whose bytes are in intake; `note` is how the form carries it from page to page."""

    part_id: UUID
    view: View
    media: Media

    @property
    def note(self) -> str:
        return f"{self.media.sha256} {self.media.size_bytes} {self.media.media_type}"


class Album(msgspec.Struct, kw_only=True):
    """The photographs of a form by view, and what was wrong with those that could not be taken."""

    received: dict[View, Received]
    refused: dict[View, Fault]


async def take_photos(
    actor: Actor, case_id: UUID, patient_id: UUID, chosen: dict[View, UploadFile], noted: dict[View, str]
) -> Album:
    """A file that was chosen takes the place of the one noted before; the same file again is the same upload."""
    album = Album(received=dict(_read_notes(case_id, noted)), refused={})
    for view, file in chosen.items():
        try:
            album.received[view] = await _take(actor, case_id, patient_id, view, file)
        except PASSED_ON as fault:
            album.refused[view] = fault
    return album


def sniff(head: bytes) -> str:
    """The media type by the first bytes, whatever the browser called it; NotAPhoto for any other."""
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return "image/heic"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    for magic, media_type in MAGIC.items():
        if head.startswith(magic):
            return media_type
    raise NotAPhoto


def _read_notes(case_id: UUID, noted: dict[View, str]) -> Iterable[tuple[View, Received]]:
    """A note only promises: what intake does not have, the receipt calls absent."""
    for view, note in noted.items():
        if found := _NOTED.fullmatch(note):
            sha256, size, media_type = found.groups()
            yield view, _received(case_id, view, Media(sha256=sha256, size_bytes=int(size), media_type=media_type))


async def _take(actor: Actor, case_id: UUID, patient_id: UUID, view: View, file: UploadFile) -> Received:
    received = _received(case_id, view, await _describe(file))
    media = received.media
    created = await intake.create_upload(
        actor,
        intake.NewUpload(
            case_id=case_id,
            patient_id=patient_id,
            part_id=received.part_id,
            sha256=media.sha256,
            media_type=media.media_type,
            length_bytes=media.size_bytes,
            metadata="",
        ),
    )
    progress = await intake.upload_progress(actor, created.token)
    if not progress.is_whole:
        await _send(actor, created.token, file, progress)
    return received


async def _describe(file: UploadFile) -> Media:
    digest, size_bytes, head = hashlib.sha256(), 0, b""
    async for chunk in _chunks(file, 0):
        head = head or chunk[:HEAD_BYTES]
        digest.update(chunk)
        size_bytes += len(chunk)
    return Media(sha256=digest.hexdigest(), size_bytes=size_bytes, media_type=sniff(head))


async def _send(actor: Actor, token: str, file: UploadFile, progress: intake.Progress) -> None:
    chunks = _chunks(file, progress.received_bytes)

    async def receive() -> dict[str, Any]:
        chunk = await anext(chunks, b"")
        return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

    left = progress.length_bytes - progress.received_bytes
    incoming = intake.Incoming(offset=progress.received_bytes, length_bytes=left, checksum=None)
    await intake.receive_bytes(actor, token, incoming, receive)


async def _chunks(file: UploadFile, offset: int) -> AsyncIterator[bytes]:
    await file.seek(offset)
    while chunk := await file.read(CHUNK_BYTES):
        yield chunk


def _received(case_id: UUID, view: View, media: Media) -> Received:
    """The part's id follows from what it is, so that a form that is posted twice makes nothing twice."""
    return Received(part_id=uuid5(case_id, f"{view} {media.sha256}"), view=view, media=media)

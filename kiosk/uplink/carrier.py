"""Carries one sealed item to its place on the server, a piece at a time, from wherever the server stands (tus 1.0.0).

An upload is created with its first piece in the same request (creation-with-upload): on a bad link each request costs a
round trip and, one time in three, the wait for a lost packet; a small preview is there with one. Where that request
breaks off nobody knows how much arrived, so the next one brings no bytes and asks.
"""

import base64
import time
from collections.abc import AsyncIterator, Callable

import httpx

from kiosk.spool.model import Item, Task
from kiosk.spool.spool import PartLost, Spool
from kiosk.uplink.allowance import Allowance
from kiosk.uplink.pieces import PieceSize
from kiosk.uplink.server import NoLink, Refused, Server
from server.contract.upload import (
    METADATA_CASE,
    METADATA_MEDIA_TYPE,
    METADATA_PART,
    METADATA_PATIENT,
    METADATA_PLAIN_SHA256,
    METADATA_SHA256,
    TUS_VERSION,
    UPLOADS_PATH,
)

RESUMABLE = {"Tus-Resumable": TUS_VERSION}
PIECE_TYPE = "application/offset+octet-stream"
WRONG_OFFSET = 409
SIP_BYTES = 4 * 1024


class Carrier:
    def __init__(self, spool: Spool, server: Server, allowance: Allowance) -> None:
        self._spool = spool
        self._server = server
        self._allowance = allowance
        self.piece = PieceSize()
        self._offsets: dict[str, int] = {}
        """Where the server stands with an upload, as it said since this process began."""
        self._broken_off: set[str] = set()
        """Items whose creation brought bytes and was not answered."""
        self.clock: Callable[[], float] = time.monotonic

    async def carry(self, task: Task) -> None:
        """One piece. Refused passes, but for an offset that is not the server's: that is asked for at the next."""
        try:
            if not task.upload_url:
                url, offset = await self._create(task)
            else:
                url, offset = task.upload_url, await self._send_on(task)
        except Refused as refused:
            self.forget(task.upload_url)
            if refused.status != WRONG_OFFSET:
                raise
            return
        self._offsets[url] = offset
        self._spool.note_upload(task, url, offset)
        if offset == task.item.size_bytes:
            self._spool.mark_done(task.case_id, task.item)

    def forget(self, url: str) -> None:
        """How much of it arrived is for the server to say."""
        self._offsets.pop(url, None)

    async def _create(self, task: Task) -> tuple[str, int]:
        """The upload's address, which may be one that was given before, and how much of it is there."""
        item = task.item
        if not self._spool.is_whole(item):
            raise PartLost(item.sha256)
        declared = {"Upload-Length": str(item.size_bytes), "Upload-Metadata": metadata_of(task)}
        if item.sha256 in self._broken_off:
            answer = await self._server.ask("POST", UPLOADS_PATH, headers={**RESUMABLE, **declared})
        else:
            self._broken_off.add(item.sha256)
            answer = await self._bring("POST", UPLOADS_PATH, item, 0, declared)
        self._broken_off.discard(item.sha256)
        url = answer.headers["Location"]
        offset = answer.headers.get("Upload-Offset")
        return url, int(offset) if offset else await self._ask_offset(url)

    async def _send_on(self, task: Task) -> int:
        item, url = task.item, task.upload_url
        offset = self._offsets.get(url)
        if offset is None:
            offset = await self._ask_offset(url)
        if offset == item.size_bytes:
            return offset
        try:
            answer = await self._bring("PATCH", url, item, offset, {"Upload-Offset": str(offset)})
        except NoLink:
            self.forget(url)
            raise
        return int(answer.headers["Upload-Offset"])

    async def _ask_offset(self, url: str) -> int:
        return int((await self._server.ask("HEAD", url, headers=RESUMABLE)).headers["Upload-Offset"])

    async def _bring(self, method: str, path: str, item: Item, offset: int, said: dict[str, str]) -> httpx.Response:
        piece = self._spool.read(item, offset, self.piece.bytes)
        headers = {**RESUMABLE, "Content-Type": PIECE_TYPE, "Content-Length": str(len(piece)), **said}
        began = self.clock()
        try:
            answer = await self._server.ask(method, path, content=self._in_sips(piece), headers=headers)
        except NoLink:
            self.piece.note_break()
            raise
        self.piece.note(len(piece), self.clock() - began)
        return answer

    async def _in_sips(self, piece: bytes) -> AsyncIterator[bytes]:
        """As the link takes them, each counted when it goes: a piece that breaks off costs what went, and no more."""
        for start in range(0, len(piece), SIP_BYTES):
            sip = piece[start : start + SIP_BYTES]
            self._allowance.count(len(sip))
            yield sip


def metadata_of(task: Task) -> str:
    """The tus metadata of a sealed part: where it belongs, and both digests."""
    named = {
        METADATA_CASE: str(task.belongs_to),
        METADATA_PATIENT: str(task.patient_id),
        METADATA_PART: str(task.item.part_id),
        METADATA_SHA256: task.item.sha256,
        METADATA_PLAIN_SHA256: task.item.plain_sha256,
        METADATA_MEDIA_TYPE: task.item.media_type,
    }
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in named.items())

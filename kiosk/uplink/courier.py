"""Takes one step at a time with what matters most: a registration, a submission, one piece of a photograph, a receipt.

All that a step knows is in the spool, so a kiosk that was switched off goes on with the next step.
"""

import base64
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from kiosk.spool.model import EntryState, Item, Rank, Task
from kiosk.spool.spool import PartLost, Spool
from kiosk.uplink.allowance import Allowance
from kiosk.uplink.pieces import PieceSize
from kiosk.uplink.server import NoLink, Refused, Server
from kiosk.uplink.trust import NotBelieved, Trust
from server.contract.receipt import Receipt
from server.contract.registration import REGISTERED_PATH
from server.contract.sealed_parts import SEALED_MEDIA_TYPE
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

CASES_PATH, ADDITIONS_PATH = "/api/cases", "/api/cases/parts"
RESUMABLE = {"Tus-Resumable": TUS_VERSION}
PIECE_TYPE = "application/offset+octet-stream"
GONE = frozenset({404, 410})
WRONG_OFFSET = 409
LOOKS_BEFORE_SENDING_AGAIN = 8
SIP_BYTES = 8 * 1024
STARTS_AT_MOST = 4
LOST_HERE = "This kiosk’s disk has lost a part of the case. The visit has to be done again."
NOT_BELIEVED = "The server’s receipt is not signed by a key this kiosk believes. Nothing is counted as sent."
UNUSABLE = "photographs could not be used; the case asks for them again."


class Courier:
    def __init__(self, spool: Spool, server: Server, trust: Trust, allowance: Allowance) -> None:
        self._spool = spool
        self._server = server
        self._trust = trust
        self._allowance = allowance
        self._piece = PieceSize()
        self._offsets: dict[str, int] = {}
        """Where the server stands with an upload, as it said since this process began."""
        self._looks: Counter[UUID] = Counter()
        self._starts: Counter[str] = Counter()
        self.clock: Callable[[], float] = time.monotonic

    async def step(self) -> bool:
        """Do the next thing that may be done now; False when there is none. NoLink and NotLetIn pass."""
        self._allowance.time_ahead_s = self._server.time_ahead_s
        task = self._allowance.next_task()
        settling = self._spool.cases_to_settle(urgent_only=task is not None and task.is_urgent)
        if settling:
            await self._guarded(settling[0], self._settle(settling[0]))
        elif task is not None:
            await self._guarded(task.case_id, self._take(task))
        return bool(settling) or task is not None

    async def _guarded(self, case_id: UUID, work: Awaitable[None]) -> None:
        """Trouble that only a person can do something about is noted with the case; the rest goes on."""
        try:
            await work
        except Refused as refused:
            self._spool.mark_trouble(case_id, EntryState.REFUSED, refused.told)
        except NotBelieved:
            self._spool.mark_trouble(case_id, EntryState.REFUSED, NOT_BELIEVED)
        except PartLost:
            self._spool.mark_trouble(case_id, EntryState.DAMAGED, LOST_HERE)

    async def _take(self, task: Task) -> None:
        match task.item.rank:
            case Rank.REGISTRATION:
                await self._post(REGISTERED_PATH, task.item)
                self._spool.mark_done(task.case_id, task.item)
            case Rank.CONTRACT:
                answer = await self._post(ADDITIONS_PATH if task.adds_to else CASES_PATH, task.item)
                await self._believe(task.case_id, answer)
                self._spool.mark_done(task.case_id, task.item)
            case Rank.PHOTOGRAPH:
                await self._upload(task)

    async def _post(self, path: str, item: Item) -> bytes:
        sealed = self._spool.read(item)
        if not self._spool.is_whole(item):
            raise PartLost(item.sha256)
        self._allowance.count(len(sealed))
        headers = {"Content-Type": SEALED_MEDIA_TYPE}
        return (await self._server.ask("POST", path, content=sealed, headers=headers)).content

    async def _believe(self, case_id: UUID, answer: bytes) -> Receipt:
        """The receipt, if a believed key signed it and it is about this case, whole; else NotBelieved."""
        receipt = msgspec.json.decode(answer, type=Receipt)
        items = self._spool.items_of(case_id)
        contract = next(item for item in items if item.rank is Rank.CONTRACT)
        told = {*receipt.held, *receipt.absent, *receipt.refused}
        promised = {item.plain_sha256 for item in items if item.rank is Rank.PHOTOGRAPH}
        adds_to = self._spool.adds_to(case_id)
        # The receipt of an addition is that of its case, whose submission this kiosk may not have any more.
        is_ours = receipt.case_id == adds_to or (
            adds_to is None and (receipt.case_id, receipt.submission_sha256) == (case_id, contract.plain_sha256)
        )
        if not is_ours or not promised <= told:
            raise NotBelieved("it is about something else")
        await self._trust.require_signed(self._server, receipt)
        return receipt

    async def _upload(self, task: Task) -> None:
        """One piece, from wherever the server stands."""
        item, url = task.item, task.upload_url
        if not url:
            url = await self._create(task)
        try:
            offset = self._offsets.get(url)
            if offset is None:
                offset = await self._ask_offset(url)
            if offset < item.size_bytes:
                offset = await self._send_piece(url, item, offset)
        except Refused as refused:
            await self._upload_refused(task, refused)
            return
        self._offsets[url] = offset
        self._spool.note_upload(task, url, offset)
        if offset == item.size_bytes:
            self._spool.mark_done(task.case_id, item)

    async def _create(self, task: Task) -> str:
        if not self._spool.is_whole(task.item):
            raise PartLost(task.item.sha256)
        answer = await self._server.ask(
            "POST",
            UPLOADS_PATH,
            headers={**RESUMABLE, "Upload-Length": str(task.item.size_bytes), "Upload-Metadata": metadata_of(task)},
        )
        url = answer.headers["Location"]
        self._offsets.pop(url, None)  # the same address may be given again, with bytes behind it
        self._spool.note_upload(task, url, 0)
        return url

    async def _ask_offset(self, url: str) -> int:
        return int((await self._server.ask("HEAD", url, headers=RESUMABLE)).headers["Upload-Offset"])

    async def _send_piece(self, url: str, item: Item, offset: int) -> int:
        piece = self._spool.read(item, offset, self._piece.bytes)
        headers = {
            **RESUMABLE,
            "Content-Type": PIECE_TYPE,
            "Content-Length": str(len(piece)),
            "Upload-Offset": str(offset),
        }
        began = self.clock()
        try:
            answer = await self._server.ask("PATCH", url, content=self._in_sips(piece), headers=headers)
        except NoLink:
            # How much of it arrived is for the server to say.
            self._offsets.pop(url, None)
            self._piece.note_break()
            raise
        self._piece.note(len(piece), self.clock() - began)
        return int(answer.headers["Upload-Offset"])

    async def _in_sips(self, piece: bytes) -> AsyncIterator[bytes]:
        """As the link takes them, each counted when it goes: a piece that breaks off costs what went, and no more."""
        for start in range(0, len(piece), SIP_BYTES):
            sip = piece[start : start + SIP_BYTES]
            self._allowance.count(len(sip))
            yield sip

    async def _upload_refused(self, task: Task, refused: Refused) -> None:
        """An upload that was used up, or forgotten, is asked for anew; one that is not what was promised is trouble."""
        self._offsets.pop(task.upload_url, None)
        if refused.status == WRONG_OFFSET:
            return
        if refused.status not in GONE:
            raise PartLost(task.item.sha256) if not self._spool.is_whole(task.item) else refused
        receipt = await self._ask_receipt(task.case_id)
        if task.item.plain_sha256 not in receipt.absent:
            self._spool.mark_done(task.case_id, task.item)
            return
        self._starts[task.item.sha256] += 1
        if self._starts[task.item.sha256] >= STARTS_AT_MOST:
            raise refused
        self._spool.note_upload(task, "", 0)

    async def _ask_receipt(self, case_id: UUID) -> Receipt:
        known_as = self._spool.adds_to(case_id) or case_id
        answer = await self._server.ask("GET", f"/api/cases/{known_as}/receipt")
        return await self._believe(case_id, answer.content)

    async def _settle(self, case_id: UUID) -> None:
        """Sent, once a believed receipt holds everything; the server sorts arrivals a moment after the upload."""
        receipt = await self._ask_receipt(case_id)
        promised = {item.plain_sha256 for item in self._spool.items_of(case_id) if item.rank is Rank.PHOTOGRAPH}
        # Of a case that something was added to, other parts may still be on their way from elsewhere.
        if promised.isdisjoint(receipt.absent):
            trouble = f"{len(receipt.refused)} {UNUSABLE}" if receipt.refused else ""
            self._looks.pop(case_id, None)
            self._spool.mark_sent(case_id, msgspec.json.encode(receipt), datetime.now(UTC), trouble)
            return
        self._looks[case_id] += 1
        if self._looks[case_id] >= LOOKS_BEFORE_SENDING_AGAIN:
            del self._looks[case_id]
            for digest in receipt.absent:
                self._spool.send_again(case_id, digest)
        raise NoLink("the receipt still waits for photographs")


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

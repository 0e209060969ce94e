"""Takes one step at a time with what matters most: a registration, a submission, one piece of a picture, a receipt.

All that a step knows is in the spool, so a kiosk that was switched off goes on with the next step.
"""

from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from kiosk.spool.model import EntryState, Item, Rank, Task
from kiosk.spool.spool import PartLost, Spool
from kiosk.uplink.allowance import Allowance
from kiosk.uplink.carrier import Carrier
from kiosk.uplink.server import NoLink, Refused, Server
from kiosk.uplink.trust import NotBelieved, Trust
from kiosk.words import N_
from server.contract.receipt import Receipt
from server.contract.registration import REGISTERED_PATH
from server.contract.sealed_parts import SEALED_MEDIA_TYPE

CASES_PATH, ADDITIONS_PATH = "/api/cases", "/api/cases/parts"
GONE = frozenset({404, 410})
LOOKS_BEFORE_SENDING_AGAIN = 8
STARTS_AT_MOST = 4
LOST_HERE = N_("This kiosk’s disk has lost a part of the case. The visit has to be done again.")
NOT_BELIEVED = N_("The server’s receipt is not signed by a key this kiosk believes. Nothing is counted as sent.")
UNUSABLE = "photographs could not be used; the case asks for them again."


class Courier:
    def __init__(self, spool: Spool, server: Server, trust: Trust, allowance: Allowance) -> None:
        self._spool = spool
        self._server = server
        self._trust = trust
        self._allowance = allowance
        self.carrier = Carrier(spool, server, allowance)
        self._looks: Counter[UUID] = Counter()
        self._starts: Counter[str] = Counter()

    async def step(self) -> bool:
        """Do the next thing that may be done now; False when there is none. NoLink and NotLetIn pass."""
        self._allowance.time_ahead_s = self._server.time_ahead_s
        task = self._allowance.next_task()
        # A receipt frees room here and is in nobody's way there: it waits while somebody waits to begin.
        is_pressing = task is not None and task.item.rank is not Rank.PHOTOGRAPH
        settling = [] if is_pressing else self._spool.cases_to_settle(urgent_only=task is not None and task.is_urgent)
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
            case Rank.SMALL_PREVIEW | Rank.LARGE_PREVIEW:
                await self._upload_preview(task)
            case Rank.PHOTOGRAPH:
                await self._upload_photograph(task)

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

    async def _upload_photograph(self, task: Task) -> None:
        try:
            await self.carrier.carry(task)
        except Refused as refused:
            await self._upload_refused(task, refused)

    async def _upload_preview(self, task: Task) -> None:
        """One that the server has no use for, or that the disk lost, is left out: its photograph comes all the same."""
        try:
            await self.carrier.carry(task)
        except (Refused, PartLost):
            self._spool.mark_done(task.case_id, task.item)

    async def _upload_refused(self, task: Task, refused: Refused) -> None:
        """An upload that was used up, or forgotten, is asked for anew; one that is not what was promised is trouble."""
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

"""Receives one body: bytes are gathered into pieces, and pieces are kept while the next ones are gathered."""

import asyncio
from collections import deque

from server.intake.faults import BeyondLength, SenderGone, SenderSilent
from server.intake.receiving.body import Body
from server.intake.receiving.gathering import Cut, Gathering
from server.intake.receiving.room import PIECES_EACH, Room
from server.intake.service.keeping import Keeper
from server.intake.service.writing import PieceWriter

FLUSH_AFTER_S = 5.0
"""What has arrived is made durable at least this often, however little it is."""
KEPT_AT_ONCE = PIECES_EACH - 1
"""While one piece is written the next is sealed: the disk does not wait for the processor, nor that for the disk."""

Keeping = asyncio.Task[None]


class Reception:
    """`length_bytes` is the whole upload's."""

    def __init__(
        self, gathering: Gathering, length_bytes: int, room: Room, writer: PieceWriter, keeper: Keeper
    ) -> None:
        self._gathering = gathering
        self._length_bytes = length_bytes
        self._room = room
        self._writer = writer
        self._keeper = keeper
        self._keeping: deque[Keeping] = deque()

    async def run(self, body: Body) -> None:
        """Receive until the end of the body; what was kept before a fault stays kept."""
        try:
            await self._receive(body)
            await self._keeper.finish()
        except (SenderGone, SenderSilent):
            if self._keeper.keeps_parts:
                await self._keep_rest()
                await self._keeper.finish()
            raise
        finally:
            await self._stop_keeping()
            await self._keeper.discard()

    async def _receive(self, body: Body) -> None:
        loop = asyncio.get_running_loop()
        flush_at = loop.time() + FLUSH_AFTER_S
        while (chunk := await body.next(flush_at - loop.time())) is not None:
            self._add(chunk)
            if len(self._gathering) >= self._room.piece_bytes():
                await self._keep_gathered()
            elif loop.time() >= flush_at:
                await self._flush()
            else:
                continue
            flush_at = loop.time() + FLUSH_AFTER_S
        await self._keep_rest()

    def _add(self, chunk: bytes) -> None:
        if self._gathering.end + len(chunk) > self._length_bytes:
            raise BeyondLength
        self._gathering.add(chunk)

    async def _flush(self) -> None:
        if self._keeper.keeps_parts and self._gathering.has_fresh:
            await self._keep_gathered()
        else:
            await self._all_kept()
            await self._writer.renew()

    async def _keep_gathered(self, *, is_last: bool = False) -> None:
        """Begin keeping what is gathered, as soon as few enough pieces before it are still being kept."""
        cut = self._gathering.cut()
        while len(self._keeping) >= (1 if cut.settled else KEPT_AT_ONCE):
            await self._keeping.popleft()
        before = self._keeping[-1] if self._keeping else None
        self._keeping.append(asyncio.create_task(self._keep(cut, before, is_last)))

    async def _keep(self, cut: Cut, before: Keeping | None, is_last: bool) -> None:
        stored = await self._writer.store(cut)
        if before is not None:
            await before
        await self._keeper.keep(stored, is_last=is_last)

    async def _keep_rest(self) -> None:
        if self._gathering.has_fresh:
            await self._keep_gathered(is_last=True)
        await self._all_kept()

    async def _all_kept(self) -> None:
        """Wait for the pieces that are being kept, and raise what went wrong with the first of them."""
        while self._keeping:
            await self._keeping.popleft()

    async def _stop_keeping(self) -> None:
        """After a fault nothing is left running; an object it leaves behind is swept as an orphan."""
        for keeping in self._keeping:
            keeping.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)

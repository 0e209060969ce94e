"""Receives one body: bytes are gathered into pieces, and each is kept while the next one is gathered."""

import asyncio
from contextlib import suppress

from server.intake.faults import BeyondLength, SenderGone, SenderSilent
from server.intake.receiving.body import Body
from server.intake.receiving.gathering import Gathering
from server.intake.receiving.room import Room
from server.intake.service.keeping import Keeper
from server.intake.service.writing import PieceWriter

FLUSH_AFTER_S = 5.0
"""What has arrived is made durable at least this often, however little it is."""


class Reception:
    def __init__(
        self, gathering: Gathering, length_bytes: int, room: Room, writer: PieceWriter, keeper: Keeper
    ) -> None:
        """`length_bytes` is the whole upload's."""
        self._gathering = gathering
        self._length_bytes = length_bytes
        self._room = room
        self._writer = writer
        self._keeper = keeper
        self._keeping: asyncio.Task[None] | None = None

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
            await self._kept()
            await self._writer.renew()

    async def _keep_gathered(self) -> None:
        """Begin keeping what is gathered, once the piece before it is kept: so two are in memory at most."""
        await self._kept()
        self._keeping = asyncio.create_task(self._keeper.keep(self._gathering.cut()))

    async def _keep_rest(self) -> None:
        if self._gathering.has_fresh:
            await self._keep_gathered()
        await self._kept()

    async def _kept(self) -> None:
        """Wait for the piece that is being kept, and raise what went wrong with it."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            await keeping

    async def _stop_keeping(self) -> None:
        """After a fault nothing is left running; an object it leaves behind is swept as an orphan."""
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping

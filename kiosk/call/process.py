"""The call's own process: camera, microphone and network of a call die here and nowhere else.

The screen asks it over a local socket (`desk`); pictures and voices go through memory alone.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from kiosk.asking import MAX_QUESTION_BYTES, QUESTION_WITHIN_S
from kiosk.call.attempt import Attempt, Place
from kiosk.call.bell import Bell
from kiosk.call.desk import (
    SOCKET,
    Answer,
    Asked,
    Begin,
    CallShown,
    Compare,
    Decline,
    Forget,
    HangUp,
    KeepReading,
    KeepStill,
    Mute,
    PictureShown,
    PictureWanted,
    RefuseStill,
    Say,
    TakeStill,
    Wait,
)
from kiosk.call.keeping import Keeper
from kiosk.call.running import CallAbout, RunningCall
from kiosk.call.switchboard import Switchboard
from kiosk.settings import Settings
from kiosk.spool.spool import Spool
from kiosk.uplink.authorizer import NotLetIn
from kiosk.uplink.server import NoLink, Refused, Server
from kiosk.uplink.trust import Trust
from server.contract.call import CallCard, CallWanted, RingingCall

LISTEN_EVERY_S = 5.0
"""How often the server is asked what rings: a call rings for three minutes, and an answer is 200 bytes."""
NOBODY_AFTER_S = 20.0
"""When the screen has not asked for so long nobody is signed in, and nobody could answer."""


class CallProcess:
    def __init__(self, folder: Path, settings: Settings, spool: Spool, server: Server) -> None:
        self._folder = folder
        self._settings = settings
        self._spool = spool
        self._server = server
        self._switchboard = Switchboard(server)
        self._attempt: Attempt | None = None
        self._leaving: dict[Attempt, asyncio.Task[None]] = {}
        """Calls that are forgotten here, of which the server is still to be told."""
        self._bell = Bell(settings.speaker)
        self._ringing: tuple[RingingCall, ...] = ()
        self._declined: set[UUID] = set()
        self._asked_at_s = -NOBODY_AFTER_S

    async def run(self) -> None:
        """Until killed."""
        path = self._folder / SOCKET
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, str(path))
        listening = asyncio.create_task(self._listen_for_ever())
        try:
            async with server:
                await server.serve_forever()
        finally:
            listening.cancel()
            await asyncio.gather(*(each.close() for each in (self._attempt, *self._leaving) if each))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question, one answer, as `kiosk.asking`; what is no question gets none."""
        with suppress(ConnectionError, TimeoutError, msgspec.MsgspecError):
            question = bytearray()
            async with asyncio.timeout(QUESTION_WITHIN_S):
                while (chunk := await reader.read(MAX_QUESTION_BYTES)) and len(question) < MAX_QUESTION_BYTES:
                    question += chunk
            answer = await self._carry_out(msgspec.msgpack.decode(question, type=Asked))
            writer.write(msgspec.msgpack.encode(answer))
            await writer.drain()
        writer.close()

    async def _carry_out(self, asked: Asked) -> CallShown | PictureShown:
        attempt = self._attempt
        running = attempt.running if attempt is not None and not attempt.is_over else None
        match asked:
            case PictureWanted():
                return await running.picture(asked.seat_id) if running else PictureShown()
            case Begin() | Answer() | Wait():
                self._begin(asked)
            case Decline():
                await self._decline(asked.call_id)
            case HangUp() if attempt is not None:
                attempt.hang_up()
            case Forget():
                self._forget()
            case Mute() | Compare() | Say() | TakeStill() | KeepStill() | RefuseStill() | KeepReading() if running:
                await running.carry_out(asked)
            case _:
                pass
        self._asked_at_s = time.monotonic()
        return self._shown()

    def _shown(self) -> CallShown:
        shown = self._attempt.shown() if self._attempt is not None else CallShown(state="none")
        if shown.is_under_way:
            return shown
        return msgspec.structs.replace(shown, ringing=self._ringing)

    def _begin(self, asked: Begin | Answer | Wait) -> None:
        """A second press changes nothing while a call is under way."""
        before = self._attempt
        if before is not None and not before.is_over:
            return
        exchange = self._switchboard
        match asked:
            case Begin():
                about = CallAbout(call_id=uuid4(), case=asked.case, language=asked.language)
                wanted = CallWanted(
                    call_id=about.call_id, case_id=about.case.case_id, why=asked.why, consent=asked.consent
                )
                self._start(about, lambda: exchange.want(wanted))
            case Answer():
                consent = asked.consent
                about = CallAbout(call_id=asked.call_id, case=asked.case, language=asked.language, is_incoming=True)
                self._start(about, lambda: exchange.answer(about.call_id, consent))
            case Wait() if before is not None:
                about = before.about
                self._start(about, lambda: exchange.wait_again(about.call_id))
            case _:
                pass

    def _start(self, about: CallAbout, place: Place) -> None:
        before = self._attempt

        async def place_after() -> CallCard:
            if before is not None:
                # Of a case that has an open call the server gives that one: it would end with the one before.
                await before.told()
            return await place()

        self._hear(())
        self._attempt = Attempt(self._switchboard, about, place_after, self._open_running)

    def _open_running(self, about: CallAbout) -> RunningCall:
        keeper = Keeper(self._spool, lambda: Trust(self._folder).sealing_key, about.case, self._settings.zone)
        return RunningCall(self._folder, self._settings, self._server, about, keeper)

    def _forget(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is None:
            return
        attempt.hang_up()
        self._leaving[attempt] = asyncio.create_task(attempt.over())
        self._leaving[attempt].add_done_callback(lambda _: self._leaving.pop(attempt, None))

    async def _decline(self, call_id: UUID) -> None:
        """It is quiet here at once; where the server cannot be told it rings there until its time is over."""
        self._declined.add(call_id)
        self._hear(each for each in self._ringing if each.call_id != call_id)
        with suppress(NoLink, NotLetIn, Refused, TimeoutError):
            async with asyncio.timeout(1.5):
                await self._switchboard.decline(call_id)

    async def _listen_for_ever(self) -> None:
        while True:
            found = await self._ask_what_rings() if self._may_ring else ()
            self._hear(each for each in found if self._may_ring and each.call_id not in self._declined)
            await asyncio.sleep(LISTEN_EVERY_S)

    @property
    def _may_ring(self) -> bool:
        """Somebody is signed in, and talks to nobody."""
        is_anybody_here = time.monotonic() - self._asked_at_s < NOBODY_AFTER_S
        return is_anybody_here and (self._attempt is None or self._attempt.is_over)

    async def _ask_what_rings(self) -> tuple[RingingCall, ...]:
        """Nothing, where the server cannot be asked: what rang before may be over."""
        try:
            return await self._switchboard.ringing()
        except (NoLink, NotLetIn, Refused):
            return ()

    def _hear(self, ringing: Iterable[RingingCall]) -> None:
        self._ringing = tuple(ringing)
        self._bell.ring(is_ringing=bool(self._ringing))

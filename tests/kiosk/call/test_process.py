"""The call's own process as the screen meets it: asked over its socket, refused with words, one call at a time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest

from kiosk.call.desk import SOCKET, Asked, Begin, CallShown, HangUp, Look, Mute
from kiosk.call.keeping import CaseOfCall
from kiosk.call.process import CallProcess
from kiosk.settings import Settings
from kiosk.spool.spool import Spool
from kiosk.uplink.server import Server, open_http
from server.contract.call import Seat, SeatRole
from server.contract.wire import Coding
from tests.journeys.waiting import until
from tests.support.call_hub import Hub, open_hub

CASE = CaseOfCall(case_id=uuid4(), patient_id=uuid4(), site=Coding(system="careferry", code="cheek"))


class SeatToken:
    """What the hub takes for who this is."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._seat.seat_id}"}

    def forget(self) -> None:
        pass


class Screen:
    def __init__(self, folder: Path) -> None:
        self._path = str(folder / SOCKET)

    async def ask(self, asked: Asked) -> CallShown:
        reader, writer = await asyncio.open_unix_connection(self._path)
        writer.write(msgspec.json.encode(asked) + b"\n")
        shown = msgspec.json.decode(await reader.readline(), type=CallShown)
        writer.close()
        return shown

    async def say(self, line: bytes) -> CallShown:
        reader, writer = await asyncio.open_unix_connection(self._path)
        writer.write(line + b"\n")
        shown = msgspec.json.decode(await reader.readline(), type=CallShown)
        writer.close()
        return shown


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with open_hub() as opened:
        yield opened


@pytest.fixture
async def screen(hub: Hub, tmp_path: Path, spool: Spool) -> AsyncIterator[Screen]:
    seat = hub.add("Clinic Bo", SeatRole.CLINIC_WORKER, is_kiosk=True)
    settings = Settings(server_url=hub.address, region="SL-W", microphone="tone")
    async with open_http(hub.address) as http:
        process = CallProcess(tmp_path, settings, spool, Server(http, SeatToken(seat)))
        running = asyncio.create_task(process.run())
        screen = Screen(tmp_path)

        async def answers() -> bool:
            try:
                return (await screen.ask(Look())).state == "none"
            except OSError:
                return False

        await until(answers, within_s=20, what="the process to answer")
        yield screen
        await screen.ask(HangUp())
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_call_is_joined_once_muted_and_left(hub: Hub, screen: Screen) -> None:
    for _ in range(2):
        shown = await screen.ask(Begin(case=CASE, call_id=hub.call_id))
        assert shown.state == "joining"

    async def is_there() -> bool:
        (chair,) = hub.chairs.values()
        return chair.seat.presence == "present"

    await until(is_there, within_s=20, what="the kiosk in its seat")
    assert (await screen.ask(Mute(is_muted=True))).is_muted
    await screen.ask(HangUp())

    async def has_left() -> bool:
        return (await screen.ask(Look())).state == "ended"

    await until(has_left, within_s=20, what="the end")


async def test_a_server_that_takes_no_call_is_told_in_words(screen: Screen) -> None:
    """The hub knows no way to ask for one."""
    shown = await screen.ask(Begin(case=CASE))
    assert shown.state == "refused"
    assert shown.refused
    assert (await screen.ask(Look())).state == "refused"


async def test_what_is_no_request_is_refused_and_the_next_is_answered(screen: Screen) -> None:
    assert (await screen.say(b"{")).state == "refused"
    assert (await screen.say(b'{"type":"dance"}')).state == "refused"
    assert (await screen.ask(Look())).state == "none"

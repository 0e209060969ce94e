"""Several web processes, a restart in the middle, and an end that dies in each state: the room is kept."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.calls import service as calls
from server.calls.schemas import Caller
from server.calls.tables import Call
from server.contract.call import Alive, Passed, SeatRole
from server.core.platform import Platform
from tests.calls.calling import asked_by_patient, joining, status_of
from tests.calls.ends import Exchange
from tests.journeys.stack import environ_of
from tests.support.clinics import Clinic
from tests.support.platforms import FakeClock

CAREFERRY = Path(sys.executable).with_name("careferry")
STARTS_WITHIN_S = 90.0


@asynccontextmanager
async def web_process(platform: Platform, port: int) -> AsyncGenerator[Exchange]:
    """`careferry web` on the platform's database, with the machine's own clock."""
    environ = {**os.environ, **environ_of(platform.settings), "CAREFERRY__WEB__PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        str(CAREFERRY), "web", env=environ, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _until_listening(port)
        yield Exchange(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        await process.wait()


async def test_ends_in_two_processes_and_through_a_restart(
    clinic: Clinic, platform: Platform, clock: FakeClock
) -> None:
    """What one process is told the other tells; a process that is stopped and started again has the room as it was."""
    clock.at = datetime.now(UTC)
    call = await joining(clinic)
    first, second = _free_port(), _free_port()
    async with web_process(platform, second) as there:
        async with (
            web_process(platform, first) as here,
            here.end_of(clinic.patient, call.id) as patient,
            there.end_of(clinic.reader, call.id) as reader,
        ):
            welcome = await reader.join()
            mine = await patient.join()
            await patient.pass_to(welcome.seat_id, "candidate:across")
            assert await reader.hear_candidates(1) == ["candidate:across"]
            await reader.say(Alive(is_live=True))
            await _until(clinic, call, "live")
        await _until(clinic, call, "interrupted")
        async with (
            web_process(platform, first) as again,
            again.end_of(clinic.patient, call.id) as back,
            there.end_of(clinic.reader, call.id) as reader,
        ):
            await reader.join()
            await reader.pass_to(mine.seat_id, "candidate:while-away")
            back.session_id = patient.session_id
            await back.join()
            assert (await back.hear(Passed)).sender == welcome.seat_id
            await back.say(Alive(is_live=True))
            await _until(clinic, call, "live")


@pytest.mark.parametrize("state", ["waiting", "joining", "live"])
async def test_an_end_that_dies_leaves_its_place(clinic: Clinic, exchange: Exchange, state: str) -> None:
    call = await (asked_by_patient(clinic) if state == "waiting" else joining(clinic))
    async with exchange.end_of(clinic.patient, call.id) as patient, exchange.end_of(clinic.reader, call.id) as reader:
        await patient.join()
        if state != "waiting":
            await reader.join()
        if state == "live":
            await reader.say(Alive(is_live=True))
            await _until(clinic, call, "live")
        await patient.drop()
    async with asyncio.timeout(60):
        while not await _is_lost(clinic, call):  # noqa: ASYNC110  (the server notices a broken link in its own time)
            await asyncio.sleep(0.02)
    wanted = {"waiting": "ringing", "joining": "joining", "live": "interrupted"}[state]
    assert await status_of(clinic, call.id) == wanted


async def test_an_end_whose_process_died_is_swept(clinic: Clinic, clock: FakeClock) -> None:
    """kill -9 of a web process tells nobody: the seats fall silent, and then the call is lost."""
    call = await joining(clinic)
    for actor in (clinic.patient, clinic.reader):
        seat = await calls.enter(Caller(actor=actor), call.id)
        await calls.sit_down(seat, call.id)
        await calls.stay(seat, call.id, is_live=True)
    assert await status_of(clinic, call.id) == "live"
    clock.advance(seconds=46)
    await calls.sweep(clinic.organisation_id)
    assert await status_of(clinic, call.id) == "interrupted"
    clock.advance(minutes=10)
    await calls.sweep(clinic.organisation_id)
    assert await status_of(clinic, call.id) == "ended"


async def _is_lost(clinic: Clinic, call: Call) -> bool:
    seats = await calls.seats_shown(clinic.reader, call.id)
    return "interrupted" in {seat.presence for seat in seats if seat.role == SeatRole.PATIENT}


async def _until(clinic: Clinic, call: Call, status: str) -> None:
    async with asyncio.timeout(60):
        while await status_of(clinic, call.id) != status:  # noqa: ASYNC110  (another process's transaction)
            await asyncio.sleep(0.05)


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(STARTS_WITHIN_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]

"""What devices measure in a call: told to everybody with device, unit and time, and in the case only by hand."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.call import readings as module
from kiosk.call.conversation import Conversation
from kiosk.call.keeping import CaseOfCall, Keeper
from kiosk.call.readings import Readings
from kiosk.devices.bonds import Bonded
from kiosk.devices.kinds import Kind
from kiosk.devices.standing import Standing, Told
from kiosk.spool import room
from kiosk.spool.spool import Spool
from kiosk.virtual.ward import oximetry, pressure
from server.contract.call_ladder import Rung, ladder
from server.contract.case import VitalsPart
from tests.journeys.waiting import until
from tests.kiosk.call.test_keeping import opened

NOW = datetime.now(UTC)
CASE = CaseOfCall(case_id=uuid4(), patient_id=uuid4())
CUFF = Bonded(address="F0:00:00:00:00:01", name="Cuff", kind=Kind.BLOOD_PRESSURE, bonded_at=NOW)
OXIMETER = Bonded(address="F0:00:00:00:00:02", name="Oximeter", kind=Kind.OXIMETER, bonded_at=NOW)
SLOW = next(each for each in ladder().rungs if each.name == "voice")


@dataclass
class Ward:
    """Devices that have told what they are told to have told; which visit was asked about is kept."""

    told: tuple[Told, ...] = ()
    visits: list[UUID | None] = field(default_factory=list[UUID | None])

    def look(self, visit: UUID | None) -> Standing:
        self.visits.append(visit)
        return Standing(told=self.told)


@dataclass
class Line:
    """A connection on which everything is heard, unless it is not open."""

    rung: Rung = ladder().rungs[0]
    is_open: bool = True
    heard: list[Any] = field(default_factory=list[Any])

    def say(self, talk: Any) -> bool:
        if self.is_open:
            self.heard.append(talk)
        return self.is_open


def told(device: Bonded, characteristic: int, packet: bytes) -> Told:
    return Told(reading_id=uuid4(), device=device, characteristic=characteristic, packet=packet, received_at=NOW)


def worn() -> Told:
    return told(OXIMETER, 0x2A5F, oximetry(97, 71)(NOW))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.02)


@pytest.fixture
def keeper(spool: Spool, public_key: bytes) -> Keeper:
    return Keeper(spool, lambda: public_key, CASE, "Africa/Freetown")


def readings_of(ward: Ward, keeper: Keeper | None, lines: Mapping[UUID, Line]) -> Readings:
    conversations: Any = lines
    devices: Any = ward

    def now() -> Mapping[UUID, Conversation]:
        return conversations

    return Readings(devices, CASE.case_id, keeper, "Africa/Freetown", now)


async def run_until(readings: Readings, condition: Any) -> None:
    running = asyncio.create_task(readings.tell_for_ever())
    try:
        await until(condition, within_s=10, what="the readings")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_each_value_is_told_once_with_its_device_unit_and_time() -> None:
    ward, line = Ward((worn(),)), Line()
    readings = readings_of(ward, None, {uuid4(): line})

    async def has_looked() -> bool:
        return len(ward.visits) > 10

    await run_until(readings, has_looked)
    assert [(each.code, each.text, each.unit, each.device) for each in line.heard] == [
        ("59408-5", "97", "%", OXIMETER.label),
        ("8867-4", "71", "/min", OXIMETER.label),
    ]
    assert {each.measured_at.at for each in line.heard} == {NOW}
    assert set(ward.visits) == {CASE.case_id}


async def test_a_new_connection_is_told_anew_and_a_closed_one_later() -> None:
    ward, seat = Ward((worn(),)), uuid4()
    lines = {seat: Line(is_open=False)}
    readings = readings_of(ward, None, lines)

    async def has_looked() -> bool:
        return len(ward.visits) > 3

    async def hears() -> bool:
        return len(lines[seat].heard) == 2

    await run_until(readings, has_looked)
    lines[seat].is_open = True
    await run_until(readings, hears)
    lines[seat] = Line()
    await run_until(readings, hears)


async def test_on_a_slow_link_a_voice_goes_before_values() -> None:
    ward, line = Ward(), Line(rung=SLOW)
    readings = readings_of(ward, None, {uuid4(): line})

    async def has_looked() -> bool:
        ward.told = (worn(),)
        return len(ward.visits) >= 20

    await run_until(readings, has_looked)
    assert 2 <= len(line.heard) / 2 <= len(ward.visits) / module.SLOW_EVERY + 1


async def test_a_value_joins_the_case_only_when_somebody_keeps_it(
    keeper: Keeper, spool: Spool, recipient: X25519PrivateKey
) -> None:
    cuff, going_on = told(CUFF, 0x2A35, pressure(128, 82, 74)(NOW)), worn()
    ward, line = Ward((cuff, going_on)), Line()
    readings = readings_of(ward, keeper, {uuid4(): line})

    async def is_shown() -> bool:
        return len(readings.shown()) == 2

    await run_until(readings, is_shown)
    assert spool.standings() == []
    for reading_id in (uuid4(), cuff.reading_id, cuff.reading_id):
        await readings.keep(reading_id)
    added, _ = opened(spool, recipient)
    (part,) = added.parts
    assert isinstance(part, VitalsPart)
    (observation,) = part.observations
    assert (observation.method, observation.observation_id) == ("device", cuff.reading_id)
    assert CUFF.address in observation.device
    assert [each.is_kept for each in readings.shown()] == [True, False]


async def test_a_full_disk_is_shown(keeper: Keeper, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = worn()
    readings = readings_of(Ward((seen,)), keeper, {uuid4(): Line()})

    async def is_shown() -> bool:
        return len(readings.shown()) == 1

    await run_until(readings, is_shown)
    monkeypatch.setattr(room, "RESERVE_BYTES", 1 << 60)
    await readings.keep(seen.reading_id)
    (shown,) = readings.shown()
    assert (shown.is_kept, shown.is_failed) == (False, True)


def test_a_value_is_small() -> None:
    value, _ = module.measured_of(worn(), "Africa/Freetown")
    assert len(msgspec.json.encode(value)) < 250

"""kill -9 of web and worker at random moments: nothing acknowledged is lost, nothing happens twice, bytes are equal."""

import asyncio
import sys
from collections.abc import Coroutine
from random import Random, SystemRandom
from typing import Any

import pytest

from tests.journeys.evidence import find_faults, is_at_rest
from tests.journeys.lives import Acknowledged, live_as_patient, live_as_reader
from tests.journeys.mortal import Mortals, mortals, soak_is_wanted
from tests.journeys.people import Cast, make_cast
from tests.journeys.stack import EVERY_STACK, Stack, StackKind
from tests.journeys.waiting import until

DEATHS = {"web": 667, "worker": 333} if soak_is_wanted() else {"web": 40, "worker": 20}
DEATHS_OF_CONTROL = {"web": 4, "worker": 2}
PATIENTS = 3
REST_WITHIN_S = 180.0
SPINE = [pytest.param(StackKind.EMBEDDED, marks=pytest.mark.requires("bubblewrap"), id=StackKind.EMBEDDED)]

pytestmark = pytest.mark.timeout(6 * 3600 if soak_is_wanted() else 600)


@pytest.mark.parametrize("stack", EVERY_STACK if soak_is_wanted() else SPINE, indirect=True)
async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    seed, log, cast = SystemRandom().randrange(2**32), Acknowledged(), await make_cast(PATIENTS)
    with capsys.disabled():
        sys.stdout.write(f"\nseed {seed}")
    with mortals(stack) as living:
        await _live_and_die(stack, cast, living, DEATHS, seed, log)
        await until(is_at_rest, within_s=REST_WITHIN_S, what="every job to be done")
        faults = await find_faults(stack, cast, log)
    with capsys.disabled():
        sys.stdout.write(f": {living.deaths}, {len(log.sent)} cases sent, {log.interruptions} requests interrupted ")
    assert not faults, "\n".join([f"seed {seed}; the processes wrote {stack.log}", *faults])
    assert living.deaths == DEATHS
    assert log.interruptions > 0, "the kills met requests under way, or they prove nothing"
    assert log.answered == log.sent
    assert log.sent


@pytest.mark.parametrize("stack", SPINE, indirect=True)
async def test_without_durability_the_same_checks_find_losses(stack: Stack) -> None:
    """The control: acknowledged before it is written. If this passed the checks, they would prove nothing."""
    log, cast = Acknowledged(), await make_cast(PATIENTS)
    with mortals(stack, writes_behind=True) as living:
        await stack.ready()
        stop = asyncio.Event()
        lives = [asyncio.create_task(life) for life in _patients(stack, cast, 1, log, stop)]
        await until(lambda: _sent_some(log), within_s=REST_WITHIN_S, what="cases that were sent")
        for role in DEATHS_OF_CONTROL:
            living.kill(role)
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)
        faults = await find_faults(stack, cast, log)
    assert [fault for fault in faults if "cannot be read" in fault], faults


async def _live_and_die(
    stack: Stack, cast: Cast, living: Mortals, deaths: dict[str, int], seed: int, log: Acknowledged
) -> None:
    """Patients and a reader at work until every death has happened; then they finish what they began."""
    stop = asyncio.Event()
    await stack.ready()
    async with asyncio.TaskGroup() as group:
        for life in _patients(stack, cast, seed, log, stop):
            group.create_task(life)
        group.create_task(live_as_reader(cast, stack.url, log, stop))
        async with asyncio.TaskGroup() as killers:
            for role, count in deaths.items():
                killers.create_task(living.die_often(role, count, Random(f"{seed} {role}")))
        stop.set()


def _patients(
    stack: Stack, cast: Cast, seed: int, log: Acknowledged, stop: asyncio.Event
) -> list[Coroutine[Any, Any, None]]:
    return [
        live_as_patient(holder, stack.url, Random(f"{seed} {number}"), log, stop)
        for number, holder in enumerate(cast.holders)
    ]


async def _sent_some(log: Acknowledged) -> bool:
    return len(log.sent) >= PATIENTS

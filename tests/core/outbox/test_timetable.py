"""Turns of periodic jobs: one taker for each, however many processes ask."""

import asyncio

from server.core.outbox.timetable import last_turn, take_turn
from server.core.platform import Platform
from tests.support.platforms import FakeClock


async def test_the_first_turn_has_one_taker(platform: Platform, clock: FakeClock) -> None:
    taken = await asyncio.gather(*(take_turn("tests.tick", None) for _ in range(6)))
    assert sorted(taken) == [False] * 5 + [True]
    assert await last_turn("tests.tick") == clock.at


async def test_each_later_turn_has_one_taker(platform: Platform, clock: FakeClock) -> None:
    await take_turn("tests.tick", None)
    seen = clock.at
    clock.advance(seconds=5)
    taken = await asyncio.gather(*(take_turn("tests.tick", seen) for _ in range(6)))
    assert sorted(taken) == [False] * 5 + [True]
    assert await last_turn("tests.tick") == clock.at


async def test_jobs_have_turns_of_their_own(platform: Platform) -> None:
    assert await take_turn("tests.tick", None)
    assert await take_turn("tests.tock", None)

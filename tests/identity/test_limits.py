"""Attempts are bounded, in the database, for all processes together."""

import asyncio

import pytest

from server.core.faults import TooManyRequests
from server.core.platform import Platform
from server.identity.limits import Limit, spend
from server.identity.tables import RateBucket
from tests.support.platforms import FakeClock

DATABASES = ("sqlite", "postgresql")

THREE = Limit(name="three", burst=3, every_s=60)


async def spent(times: int, who: str = "a") -> int:
    """How many of `times` attempts are allowed."""
    answers = await asyncio.gather(*(spend(THREE, who) for _ in range(times)), return_exceptions=True)
    assert all(answer is None or isinstance(answer, TooManyRequests) for answer in answers)
    return sum(answer is None for answer in answers)


async def test_a_burst_is_allowed_and_no_more(platform: Platform) -> None:
    assert await spent(10) == 3
    with pytest.raises(TooManyRequests) as refused:
        await spend(THREE, "a")
    assert refused.value.headers == {"Retry-After": "60"}


async def test_time_gives_back_one_by_one(platform: Platform, clock: FakeClock) -> None:
    await spent(3)
    clock.advance(seconds=59)
    assert await spent(1) == 0
    clock.advance(seconds=1)
    assert await spent(3) == 1
    clock.advance(hours=1)
    assert await spent(10) == 3


async def test_refused_attempts_do_not_lengthen_the_wait(platform: Platform, clock: FakeClock) -> None:
    """Else whoever hammers an account would lock its owner out for good."""
    await spent(50)
    clock.advance(seconds=60)
    assert await spent(1) == 1


async def test_each_is_counted_alone(platform: Platform) -> None:
    assert await spent(5, "a") == 3
    assert await spent(5, "b") == 3


async def test_who_is_kept_as_a_hash(platform: Platform) -> None:
    await spend(THREE, "203.0.113.7")
    rows = await RateBucket.select(RateBucket.name)
    assert [row["name"].startswith("three:") and "203" not in row["name"][:9] for row in rows] == [True]

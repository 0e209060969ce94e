"""Declaring actors: once for each job, with limits that can hold, and none forgotten."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ClassVar

import pytest

from server.core.outbox import PLATFORM_WIDE, Job
from tests.workers.chores import Chore
from workers.actors import TIME_LIMIT_S, ActorMissing, Registry


class Tick(Job, frozen=True):
    name: ClassVar[str] = "tests.tick"


async def _do(_: Job) -> None: ...


def _do_in_a_thread(_: Job) -> None: ...


def test_an_actor_is_found_by_its_jobs_name() -> None:
    registry = Registry()
    declared = registry.actor(Chore)(_do)
    assert registry.find("tests.chore") is declared
    assert registry.find("tests.other") is None


async def test_an_actor_can_be_called_as_the_function_it_was() -> None:
    done: list[int] = []

    @Registry().actor(Chore)
    async def do(job: Chore) -> None:
        done.append(job.number)

    await do(Chore(organisation_id=PLATFORM_WIDE, number=4))
    assert done == [4]


def test_a_job_has_one_actor() -> None:
    registry = Registry()
    registry.actor(Chore)(_do)
    with pytest.raises(TypeError, match=r"tests\.chore has an actor already"):
        registry.actor(Chore)(_do)


def test_async_functions_always_have_a_time_limit() -> None:
    assert Registry().actor(Chore)(_do).time_limit_s == TIME_LIMIT_S
    assert Registry().actor(Chore, time_limit_s=3)(_do).time_limit_s == 3


def test_a_time_limit_that_nothing_could_enforce_is_refused() -> None:
    assert Registry().actor(Chore)(_do_in_a_thread).time_limit_s is None
    with pytest.raises(TypeError, match="thread"):
        Registry().actor(Chore, time_limit_s=3)(_do_in_a_thread)


def test_a_job_without_an_actor_is_named() -> None:
    registry = Registry()
    registry.actor(Chore)(_do)
    registry.check_all_declared([Chore])
    with pytest.raises(ActorMissing, match=r"tests\.tick"):
        registry.check_all_declared([Chore, Tick])


def test_a_periodic_job_goes_on_the_timetable() -> None:
    registry = Registry()
    registry.every(seconds=90)(registry.actor(Tick)(_do))
    [periodic] = registry.timetable
    assert (periodic.job, periodic.every) == (Tick, timedelta(seconds=90))


def test_a_periodic_job_needs_no_more_than_an_organisation() -> None:
    class Particular(Job, kw_only=True, frozen=True):
        name: ClassVar[str] = "tests.particular"

        case: int

    registry = Registry()
    declare: Callable[[Callable[[Particular], Awaitable[None]]], object] = registry.actor(Particular)
    with pytest.raises(TypeError, match="needs more than an organisation"):
        registry.every(seconds=1)(declare(_do))  # pyright: ignore[reportArgumentType]

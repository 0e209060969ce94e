"""Declares which function runs which job, how often it is tried again, and which jobs run by the clock."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from server.core.outbox import Job

JobT = TypeVar("JobT", bound=Job)
Function = Callable[[JobT], Awaitable[None] | None]
Organisations = Callable[[], Awaitable[Sequence[UUID]]]
Condition = Callable[[], Awaitable[bool]]


class ActorMissing(Exception):
    """Start-up is refused: the named jobs would wait for ever."""


class Undeliverable(Exception):
    """The job can never run as it is; the message says why without quoting it."""


class Actor(msgspec.Struct, Generic[JobT], frozen=True, kw_only=True):
    """A function with its job and its limits. It must be idempotent: a job may be delivered more than once."""

    job: type[JobT]
    function: Function[JobT]
    max_retries: int
    first_retry_s: float
    longest_retry_s: float
    time_limit_s: float | None
    """None for a function that is not async: nothing can stop a thread."""
    permanent: tuple[type[Exception], ...]

    def decode(self, payload: bytes) -> JobT:
        """The job, strictly; Undeliverable if the payload is anything else."""
        try:
            return msgspec.json.decode(payload, type=self.job)
        except msgspec.DecodeError as error:
            raise Undeliverable(f"the payload is not a {self.job.__name__}") from error

    async def __call__(self, job: JobT) -> None:
        """Run to the end, or raise; TimeoutError when the time limit has passed."""
        if self.time_limit_s is None:
            await asyncio.to_thread(self.function, job)
            return
        async with asyncio.timeout(self.time_limit_s):
            outcome = self.function(job)
            if outcome is not None:
                await outcome


class Periodic(msgspec.Struct, frozen=True, kw_only=True):
    """A job that is put into the outbox every so often, for each organisation or once for the platform."""

    job: type[Job]
    every: timedelta
    organisations: Organisations | None
    when: Condition | None


class Registry:
    """The actors and the timetable of a process; `actor` and `every` below belong to the one that production uses."""

    def __init__(self) -> None:
        self._actors: dict[str, Actor[Any]] = {}
        self.timetable: list[Periodic] = []

    def __iter__(self) -> Iterator[Actor[Any]]:
        return iter(self._actors.values())

    def find(self, name: str) -> Actor[Any] | None:
        return self._actors.get(name)

    def actor(
        self,
        job: type[JobT],
        *,
        max_retries: int = 10,
        first_retry_s: float = 5.0,
        longest_retry_s: float = 3600.0,
        time_limit_s: float | None = None,
        permanent: tuple[type[Exception], ...] = (),
    ) -> Callable[[Function[JobT]], Actor[JobT]]:
        """Declare the function that runs `job`.

        Retries double their pause from `first_retry_s` up to `longest_retry_s`. `permanent` errors are not
        retried: the job is dead at once. An async function has ten minutes unless `time_limit_s` says otherwise.
        """

        def declare(function: Function[JobT]) -> Actor[JobT]:
            if job.name in self._actors:
                raise TypeError(f"{job.name} has an actor already")
            declared = Actor(
                job=job,
                function=function,
                max_retries=max_retries,
                first_retry_s=first_retry_s,
                longest_retry_s=longest_retry_s,
                time_limit_s=_time_limit_s(function, time_limit_s),
                permanent=(Undeliverable, *permanent),
            )
            self._actors[job.name] = declared
            return declared

        return declare

    def every(
        self, *, seconds: float, organisations: Organisations | None = None, when: Condition | None = None
    ) -> Callable[[Actor[JobT]], Actor[JobT]]:
        """Above `@actor`: run the job by the clock, for each of `organisations()` or once for the platform.

        The first turn is at once. A job whose last turn nobody has begun is not put there twice. `when` is
        asked before each turn and should be one cheap query: False leaves the turn out and writes nothing.
        """

        def schedule(declared: Actor[JobT]) -> Actor[JobT]:
            fields = {field.name for field in msgspec.structs.fields(declared.job) if field.required}
            if fields != {"organisation_id"}:
                raise TypeError(f"{declared.job.name} needs more than an organisation: {fields}")
            every = timedelta(seconds=seconds)
            self.timetable.append(Periodic(job=declared.job, every=every, organisations=organisations, when=when))
            return declared

        return schedule

    def check_all_declared(self, jobs: Iterable[type[Job]]) -> None:
        """ActorMissing naming every job without an actor."""
        missing = sorted(job.name for job in jobs if job.name not in self._actors)
        if missing:
            raise ActorMissing(f"no actor in workers/ runs {', '.join(missing)}")


TIME_LIMIT_S = 600.0


def _time_limit_s(function: Function[Any], time_limit_s: float | None) -> float | None:
    if inspect.iscoroutinefunction(function):
        return time_limit_s or TIME_LIMIT_S
    if time_limit_s is not None:
        raise TypeError("a function that is not async runs in a thread, which no time limit can stop")
    return None


registry = Registry()
actor = registry.actor
every = registry.every

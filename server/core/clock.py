"""The clock port: every instant in Careferry is read through it, so tests can set the time."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class _Bound:
    clock: Clock = SystemClock()


def bind_clock(clock: Clock) -> None:
    """Make `clock` the process's; `open_platform` does it."""
    _Bound.clock = clock


def now() -> datetime:
    """The present instant by the process's clock."""
    return _Bound.clock.now()

"""A clock that the seed sets, so that the demo's people and cases have a past."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from server.core.clock import bind_clock
from server.core.platform import platform


class SeedClock:
    """Stands at `at` until it is moved."""

    def __init__(self) -> None:
        self._start = self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def set_hours_ago(self, hours: float) -> None:
        self.at = self._start - timedelta(hours=hours)


@contextmanager
def seed_clock() -> Generator[SeedClock]:
    """The process's clock is the seed's within the block."""
    clock = SeedClock()
    bind_clock(clock)
    try:
        yield clock
    finally:
        bind_clock(platform().clock)

"""A month's free slots of 500 providers, beside a loop over as many windows without zones and bookings."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from server.scheduling.local_time import start_at
from server.scheduling.slots import Hours, Kind, Run, Window, free_runs
from tests.bench.figure import Figure, bounded

PROVIDERS, ROUNDS, GOAL_MS = 500, 5, 100
DAYS = (date(2026, 3, 16), date(2026, 4, 14))
"""Thirty days with a clock change of Europe's in them."""
ZONES = ("Africa/Freetown", "Europe/Madrid", "America/New_York", "Asia/Kolkata")
KIND = Kind(kind_id=uuid4(), duration_min=20, every_min=20, before_min=5, after_min=5, notice_min=120)


def measure() -> Figure:
    """The best of some rounds of each; every start is counted, so that no run is left unread."""
    chance = random.Random(20261127)
    providers = [_provider(chance) for _ in range(PROVIDERS)]
    now_min = start_at(ZoneInfo("UTC"), DAYS[0], 480) or 0

    def month() -> int:
        return sum(_count(free_runs(hours, KIND, DAYS, now_min)) for hours in providers)

    return bounded("slots_month", _best_ms(month), _best_ms(lambda: _bare(providers)), "ms", GOAL_MS)


def _provider(chance: random.Random) -> Hours:
    """Mornings and afternoons of five days, a day off, and six visits of each day's first two weeks."""
    zone = ZoneInfo(chance.choice(ZONES))
    opens = chance.choice((480, 510, 540))
    windows = (Window(opens, opens + 240), Window(opens + 300, opens + 540))
    taken = [
        (start, start + 30)
        for day in range(14)
        for hour in chance.sample(range(opens // 60, opens // 60 + 9), 6)
        if (start := start_at(zone, DAYS[0] + timedelta(days=day), hour * 60)) is not None
    ]
    return Hours(
        zone=zone,
        weekly=dict.fromkeys(range(5), windows),
        exceptions={DAYS[0] + timedelta(days=chance.randrange(30)): ()},
        reserved=tuple(sorted(taken)),
        daily_limit=20,
    )


def _count(runs: list[Run]) -> int:
    return sum(len(run.starts) for run in runs)


def _bare(providers: list[Hours]) -> int:
    """As many windows a provider, cut into starts by integers alone."""
    length = (DAYS[1] - DAYS[0]).days + 1
    return sum(
        len(range(day * 1440 + window.opens_min, day * 1440 + window.closes_min - KIND.duration_min + 1, 20))
        for hours in providers
        for day in range(length)
        for window in hours.weekly.get(day % 7, ())
    )


def _best_ms(work: Callable[[], int]) -> float:
    def once() -> float:
        began = time.perf_counter()
        assert work() > 0
        return (time.perf_counter() - began) * 1000

    return min(once() for _ in range(ROUNDS))

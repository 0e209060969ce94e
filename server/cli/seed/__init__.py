"""Fills an empty demo with an organisation, people and a dozen cases in all states, some visits and calls."""

from collections.abc import Callable
from pathlib import Path

from server.cli.seed.calls import seed_calls
from server.cli.seed.cases import seed_cases
from server.cli.seed.clock import seed_clock
from server.cli.seed.people import seed_people
from server.cli.seed.photographs import Photographs
from server.cli.seed.visits import seed_visits
from server.identity import service as identity

A_MONTH_H = 30 * 24
Tell = Callable[[str], None]


async def seed(photos: Path | None, tell: Tell) -> None:
    """Does nothing where there is an organisation already."""
    if await identity.organisations():
        return
    tell("First start: making people and cases, which takes a few seconds …")
    with seed_clock() as clock:
        clock.set_hours_ago(A_MONTH_H)
        people = await seed_people()
        await seed_cases(people, Photographs(photos), clock, tell)
        await seed_visits(people, clock)
        await seed_calls(people, clock)

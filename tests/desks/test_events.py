"""Event streams: a change is told, a session that ended is told nothing, and nobody takes everybody's places."""

import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, aclosing

import pytest
from litestar import Litestar

from server.cases import service as cases
from server.core.access import Actor
from server.core.faults import NotFound
from server.desks import events
from server.identity.service.sessions import end_sessions_of
from tests.desks.browsing import sit_down
from tests.support.casework import claimed
from tests.support.clinics import Clinic
from tests.support.people import Role, make_person

ALIVE, CHANGED = {"event": "alive", "data": ""}, {"event": "changed", "data": ""}
Marker = Callable[[], Awaitable[str]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LOOK_EVERY_S", 0.001)
    monkeypatch.setattr(events, "LASTS_S", 0.02)


def marks(values: Iterable[str]) -> Marker:
    """A marker that has these values, one after the other."""
    left = iter(values)

    async def mark() -> str:
        return next(left)

    return mark


async def gone() -> str:
    raise NotFound


async def test_each_change_is_told_once(clinic: Clinic) -> None:
    seen = itertools.chain("aabbbc", itertools.repeat("c"))
    told = [event async for event in events.changes(clinic.reader, marks(seen))]
    assert told.count(CHANGED) == 2


async def test_what_changed_while_the_page_came_is_told(clinic: Clinic) -> None:
    told = [event async for event in events.changes(clinic.reader, marks(itertools.repeat("b")), "a")]
    assert told.count(CHANGED) == 1
    told = [event async for event in events.changes(clinic.reader, marks(itertools.repeat("b")), "b")]
    assert told.count(CHANGED) == 0


async def test_a_page_names_the_marker_of_what_it_shows(app: Litestar, clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    marker = await cases.case_marker(clinic.reader, case_id)
    page = (await (await sit_down(app, clinic.reader)).get(f"/queue/cases/{case_id}")).text
    assert f'data-live="/events/cases/{case_id}?seen={marker}"' in page
    page = (await (await sit_down(app, clinic.patient)).get(f"/cases/{case_id}")).text
    assert f'data-live="/events/cases/{case_id}?seen={await cases.case_marker(clinic.patient, case_id)}"' in page
    queue = (await (await sit_down(app, clinic.reader)).get("/queue")).text
    assert f'data-live="/events/queue?seen={await cases.queue_marker(clinic.reader)}"' in queue


async def test_whoever_was_signed_out_is_told_nothing_more(clinic: Clinic) -> None:
    stream = events.changes(clinic.reader, marks(map(str, itertools.count())))
    assert await anext(stream) == CHANGED
    await end_sessions_of(clinic.reader.actor_id)
    assert [event async for event in stream] == []


async def test_a_case_that_is_no_longer_ones_own_ends_its_stream(clinic: Clinic) -> None:
    assert [event async for event in events.changes(clinic.reader, gone)] == []


async def test_one_person_takes_no_more_than_their_places_and_leaves_those_of_others(
    clinic: Clinic, app: Litestar
) -> None:
    other = await make_person(clinic.reading_id, Role.SPECIALIST)
    reader, second = await sit_down(app, clinic.reader), await sit_down(app, other)
    async with AsyncExitStack() as listening:
        for _ in range(events.MOST_STREAMS_EACH):
            await _listen(listening, clinic.reader)
        refused = await reader.get("/events/queue")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert [event async for event in events.changes(clinic.reader, marks("ab"))] == []
        assert (await second.get("/events/queue")).status_code == 200
    assert (await reader.get("/events/queue")).status_code == 200


async def _listen(listening: AsyncExitStack, actor: Actor) -> None:
    stream: AsyncGenerator[dict[str, str]] = events.changes(actor, marks(itertools.repeat("same")))
    await listening.enter_async_context(aclosing(stream))
    assert await anext(stream) == ALIVE

"""Submissions per second beside a bare Litestar one-row insert on the same engine, each sent one after the other.

The whole: a case with four captures through the JSON API, with every check, sealed, audited, its jobs in the outbox
and its receipt signed, committed with synchronous=FULL. The floor: a Litestar handler that inserts one row.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from litestar import Litestar, Request, post
from litestar.di import Provide
from litestar.testing import AsyncTestClient

from server.cases.routes import submit_case
from server.cases.tables import CaseEvent
from server.core.access import Actor
from server.core.db.migrate import migrate
from server.core.ids import new_id
from server.core.keys import create_keys
from server.core.platform import now, open_platform
from tests.bench.figure import Figure, at_least
from tests.support.clinics import Clinic, answers, make_clinic, photograph, submission
from tests.support.platforms import FakeClock, settings_in

GOAL = 0.25
CAPTURES = 4
ROUNDS, EACH = 21, 20

Post = Callable[[], Awaitable[object]]


def measure(rounds: int = ROUNDS, each: int = EACH) -> Figure:
    return asyncio.run(_measure(rounds, each))


async def _measure(rounds: int, each: int) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder), f"sqlite:///{folder}/submission.sqlite")
        create_keys(settings.keys.folder)
        platform = open_platform(settings, FakeClock())
        await migrate()
        clinic = await make_clinic()
        try:
            async with AsyncTestClient(_application(clinic)) as client:
                value, floor = await _in_turns(client, clinic, rounds, each)
        finally:
            await platform.engine.close_connection_pool()
    return at_least("case_submission", value, floor, "submissions/s", GOAL)


async def _in_turns(client: AsyncTestClient[Litestar], clinic: Clinic, rounds: int, each: int) -> tuple[float, float]:
    """Both rates of the round whose ratio is the median; bodies are made before the clock runs.

    The floor sends as many more as the goal lets it be faster, half of them before and half after: what else the
    machine does then slows both alike.
    """
    turns: list[tuple[float, float]] = []
    for _ in range(rounds):
        bodies = [_body(clinic) for _ in range(each)]
        floor_bodies = bodies * round(1 / GOAL / 2)
        before = await _duration_s(client, "/bare", floor_bodies)
        whole = await _duration_s(client, "/api/cases", bodies)
        after = await _duration_s(client, "/bare", floor_bodies)
        turns.append((len(bodies) / whole, 2 * len(floor_bodies) / (before + after)))
    return sorted(turns, key=lambda turn: turn[0] / turn[1])[rounds // 2]


async def _duration_s(client: AsyncTestClient[Litestar], path: str, bodies: list[bytes]) -> float:
    start = time.perf_counter()
    for body in bodies:
        answer = await client.post(path, content=body)
        assert answer.status_code == 201, answer.text
    return time.perf_counter() - start


def _body(clinic: Clinic) -> bytes:
    photographs = [photograph(uuid4().bytes) for _ in range(CAPTURES)]
    return submission(clinic.patient_id, *photographs, answers())


def _application(clinic: Clinic) -> Litestar:
    def provide_actor() -> Actor:
        return clinic.patient

    return Litestar(
        [submit_case, _insert_bare],
        dependencies={"actor": Provide(provide_actor, sync_to_thread=False)},
        openapi_config=None,
    )


@post("/bare", status_code=201)
async def _insert_bare(request: Request[Any, Any, Any]) -> dict[str, int]:
    body = await request.body()
    at = now()
    row = CaseEvent(
        id=new_id(),
        recorded_at=at,
        organisation_id=new_id(),
        case_id=new_id(),
        patient_id=new_id(),
        event="submit",
        status="submitted",
        actor_id=new_id(),
    )
    await CaseEvent.insert(row)
    return {"bytes": len(body)}


if __name__ == "__main__":
    sys.stdout.write(f"{measure()}\n")

"""The relay while its broker is away: nothing counts as sent, and it tries again before long."""

from typing import Any

import pytest

from server.core.outbox.leases import Leases
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform
from server.settings import Jobs
from tests.workers.chores import Chore, do_chore, enqueue_chores
from workers.actors import Registry
from workers.attempts import Attempts
from workers.relay import PAUSE_WHILE_AWAY_S, RelayFeed

NOBODY_LISTENS = 1


@pytest.mark.parametrize(
    "kind, url",
    [("redis", f"redis://127.0.0.1:{NOBODY_LISTENS}/0"), ("rabbitmq", f"amqp://127.0.0.1:{NOBODY_LISTENS}")],
)
async def test_jobs_stay_due_while_the_broker_is_away(sqlite_platform: Platform, kind: Any, url: str) -> None:
    registry = Registry()

    @registry.actor(Chore)
    async def do(job: Chore) -> None:  # pyright: ignore[reportUnusedFunction]
        await do_chore(job.number, 0)

    feed = RelayFeed(Jobs(broker=kind, url=url), registry, Attempts(registry, Leases(30)), [])
    await enqueue_chores(3)
    assert await feed.step() == PAUSE_WHILE_AWAY_S
    rows = await OutboxJob.select(OutboxJob.state, OutboxJob.sends, OutboxJob.due_at)
    assert {(row["state"], row["sends"], row["due_at"]) for row in rows} == {
        ("waiting", 0, sqlite_platform.clock.now())
    }
    feed.close()


@pytest.mark.parametrize("jobs", [{"broker": "redis"}, {"broker": "rabbitmq"}, {"url": "redis://127.0.0.1/0"}])
def test_a_broker_and_its_address_go_together(jobs: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="need a `url`"):
        Jobs(**jobs)

"""The embedded broker towards Dramatiq: it draws what was claimed, and what it does not run goes back."""

from collections.abc import Iterator

import pytest
from dramatiq import Message

from server.core.outbox.leases import Leases
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform
from server.settings import Jobs
from tests.workers.chores import enqueue_chores
from workers.actors import Registry
from workers.attempts import Attempts
from workers.background import Background
from workers.broker import ACTOR, QUEUE, OutboxFeed


@pytest.fixture
def background(sqlite_platform: Platform) -> Iterator[Background]:
    background = Background()
    background.start()
    yield background
    background.stop()


@pytest.fixture
def feed(background: Background, embedded: Jobs) -> OutboxFeed:
    leases = Leases(embedded.lease_s)
    return OutboxFeed(embedded, leases, Attempts(Registry(), leases), background, [])


async def _states() -> list[tuple[str, int]]:
    rows = await OutboxJob.select(OutboxJob.state, OutboxJob.deliveries)
    return [(row["state"], row["deliveries"]) for row in rows]


async def test_what_was_claimed_is_drawn_and_then_nothing(feed: OutboxFeed, background: Background) -> None:
    await enqueue_chores(1)
    background.run(feed.step())
    consumer = feed.broker.consume(QUEUE, timeout=1)
    message = next(consumer)
    assert message is not None
    assert (message.actor_name, message.args[0].name) == (ACTOR, "tests.chore")
    assert next(consumer) is None


async def test_a_stop_gives_back_what_was_not_begun(feed: OutboxFeed, background: Background) -> None:
    await enqueue_chores(3)
    background.run(feed.step())
    assert await _states() == [("leased", 1)] * 3
    consumer = feed.broker.consume(QUEUE)
    drawn = next(consumer)
    assert drawn is not None
    consumer.requeue([drawn])
    assert sorted(await _states()) == [("leased", 1)] * 2 + [("waiting", 0)]
    consumer.close()
    assert await _states() == [("waiting", 0)] * 3


def test_nothing_is_sent_past_the_outbox(feed: OutboxFeed) -> None:
    with pytest.raises(NotImplementedError, match="inside a transaction"):
        feed.broker.enqueue(Message[None](QUEUE, ACTOR, args=(), kwargs={}, options={}))

"""A form that is posted twice is carried out once."""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from server.core.access import Actor, system_actor
from server.core.faults import Conflict, KeyReused
from server.core.ids import new_id
from server.core.platform import Platform, now
from server.identity.once import once, request_hash
from server.identity.tables import RateBucket

DATABASES = ("sqlite", "postgresql")


class Said(msgspec.Struct):
    text: str


SAID = request_hash(Said("yes"))


@pytest.fixture
def actor() -> Actor:
    return system_actor(uuid4())


class Effect:
    """Leaves a row each time it happens."""

    def __init__(self, outcome: str = "/done") -> None:
        self.outcome = outcome

    async def __call__(self) -> str:
        await RateBucket(id=new_id(), recorded_at=now(), name=f"effect-{uuid4()}", free_at_ms=0).save()
        return self.outcome


async def happened() -> int:
    return len(await RateBucket.select(RateBucket.id))


async def test_second_sending_answers_as_the_first(platform: Platform, actor: Actor) -> None:
    key = str(uuid4())
    assert await once(actor, key, SAID, Effect("/cases/1")) == "/cases/1"
    assert await once(actor, key, SAID, Effect("/cases/2")) == "/cases/1"
    assert await happened() == 1


async def test_two_at_the_same_moment_are_one(platform: Platform, actor: Actor) -> None:
    key = str(uuid4())
    outcomes = await asyncio.gather(*(once(actor, key, SAID, Effect(f"/cases/{each}")) for each in range(6)))
    assert len(set(outcomes)) == 1
    assert await happened() == 1


async def test_other_content_under_the_same_key_is_refused(platform: Platform, actor: Actor) -> None:
    key = str(uuid4())
    await once(actor, key, SAID, Effect())
    with pytest.raises(KeyReused):
        await once(actor, key, request_hash(Said("no")), Effect())
    assert await happened() == 1


async def test_what_failed_can_be_sent_again(platform: Platform, actor: Actor) -> None:
    key = str(uuid4())

    async def fail() -> str:
        await Effect()()
        raise Conflict

    with pytest.raises(Conflict):
        await once(actor, key, SAID, fail)
    assert await happened() == 0
    assert await once(actor, key, SAID, Effect()) == "/done"


async def test_keys_belong_to_whoever_sent_them(platform: Platform, actor: Actor) -> None:
    key, other = str(uuid4()), msgspec.structs.replace(actor, actor_id=uuid4())
    await once(actor, key, SAID, Effect())
    await once(other, key, request_hash(Said("no")), Effect())
    assert await happened() == 2

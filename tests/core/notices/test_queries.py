"""Administrators see what reached nobody, without its content; the demo shows what would have left."""

from uuid import uuid4

import msgspec
import pytest

from server.core.access import Actor, ActorKind, Role
from server.core.faults import Forbidden, NotFound
from server.core.notices import Notice, Recipient, send
from server.core.notices.channels import open_channels
from server.core.notices.delivery import deliver
from server.core.notices.queries import demo_outbox, list_undelivered
from server.core.platform import Platform, bind_platform

ANA = Recipient(email="ana@example.org", phone="+34600000001")
NEWS = Notice(template="message", recipient=ANA, values={"link": "https://care.example/1"})


def _person(organisation: Actor, role: Role) -> Actor:
    return msgspec.structs.replace(organisation, actor_id=uuid4(), kind=ActorKind.PERSON, roles=frozenset({role}))


async def _failed(system: Actor) -> None:
    notice_id = await send(system, NEWS)
    assert notice_id is not None
    await deliver(notice_id, {})


async def test_an_administrator_sees_what_reached_nobody(platform: Platform, system: Actor) -> None:
    await _failed(system)
    await send(system, NEWS)
    (seen,) = await list_undelivered(_person(system, Role.ADMINISTRATOR))
    assert (seen.template, seen.state, seen.error, seen.attempts) == ("message", "failed", "no-channel", 0)
    assert "ana@example.org" not in repr(seen)


async def test_another_organisations_administrator_sees_nothing(sqlite_platform: Platform, system: Actor) -> None:
    await _failed(system)
    other = msgspec.structs.replace(_person(system, Role.ADMINISTRATOR), organisation_id=uuid4())
    assert await list_undelivered(other) == []


async def test_nobody_else_may_look(sqlite_platform: Platform, system: Actor) -> None:
    with pytest.raises(Forbidden):
        await list_undelivered(_person(system, Role.SPECIALIST))


async def test_the_demos_outbox_is_readable(platform: Platform, system: Actor) -> None:
    demo = msgspec.structs.replace(platform, settings=msgspec.structs.replace(platform.settings, mode="demo"))
    bind_platform(demo)
    for address in ("ana@example.org", "eva@example.org"):
        notice = msgspec.structs.replace(NEWS, recipient=Recipient(email=address))
        notice_id = await send(system, notice)
        assert notice_id is not None
        await deliver(notice_id, open_channels(demo.settings))
    newest, oldest = await demo_outbox()
    assert (newest.address, oldest.address) == ("eva@example.org", "ana@example.org")
    assert newest.text.short.endswith("https://care.example/1")
    assert len(await demo_outbox(limit=1)) == 1


async def test_there_is_no_outbox_outside_the_demo(sqlite_platform: Platform) -> None:
    with pytest.raises(NotFound):
        await demo_outbox()

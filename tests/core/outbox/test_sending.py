"""Sending: what a broker may have lost is sent again, more and more seldom, and never too much at once."""

from datetime import timedelta
from uuid import uuid4

from server.core.outbox import enqueue
from server.core.outbox.leases import Leases
from server.core.outbox.sending import DOUBLINGS, Sender
from server.core.platform import Platform
from tests.core.outbox.errands import UrgentErrand, enqueue_errands, only_row, rows
from tests.support.platforms import FakeClock

LEASE_S = 30.0


async def test_a_job_is_sent_once_while_its_message_may_still_arrive(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    [envelope] = await Sender(LEASE_S, window=5).take()
    assert envelope.id == (await only_row())["id"]
    clock.advance(seconds=LEASE_S - 0.001)
    assert await Sender(LEASE_S, window=5).take() == []


async def test_a_message_that_never_began_is_sent_again_ever_more_seldom(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    sender = Sender(LEASE_S, window=5)
    for sends in range(1, DOUBLINGS + 4):
        [envelope] = await sender.take()
        assert envelope.sends == sends
        pause_s = LEASE_S * 2 ** min(sends - 1, DOUBLINGS)
        assert (await only_row())["due_at"] == clock.at + timedelta(seconds=pause_s)
        clock.advance(seconds=pause_s)


async def test_a_job_whose_worker_was_lost_is_sent_again(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    sender, lost = Sender(LEASE_S, window=5), Leases(LEASE_S)
    [envelope] = await sender.take()
    assert await lost.begin(envelope.id)
    assert await sender.take() == []
    clock.advance(seconds=LEASE_S)
    assert len(await sender.take()) == 1
    again = await Leases(LEASE_S).begin(envelope.id)
    assert again is not None
    assert again.number == 2


async def test_an_old_copy_of_a_message_begins_the_job_and_the_new_one_does_not(
    platform: Platform, clock: FakeClock
) -> None:
    await enqueue_errands(1)
    sender = Sender(LEASE_S, window=5)
    [old] = await sender.take()
    clock.advance(seconds=LEASE_S)
    [new] = await sender.take()
    assert await Leases(LEASE_S).begin(old.id)
    assert await Leases(LEASE_S).begin(new.id) is None


async def test_an_old_copy_does_not_begin_a_job_that_was_put_off(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(1)
    leases = Leases(LEASE_S)
    [envelope] = await Sender(LEASE_S, window=5).take()
    delivery = await leases.begin(envelope.id)
    assert delivery is not None
    await leases.postpone(delivery, clock.at + timedelta(hours=1), "test")
    assert await leases.begin(envelope.id) is None


async def test_no_more_than_the_window_is_out_and_the_urgent_have_their_own(platform: Platform) -> None:
    await enqueue_errands(5)
    sender = Sender(LEASE_S, window=2)
    first = await sender.take()
    assert len(first) == 2
    assert await sender.take() == []
    await enqueue(UrgentErrand(organisation_id=uuid4()))
    assert [envelope.name for envelope in await sender.take()] == ["tests.urgent_errand"]
    assert await Leases(LEASE_S).begin(first[0].id)
    assert len(await sender.take()) == 1


async def test_what_could_not_be_sent_is_due_at_once(platform: Platform, clock: FakeClock) -> None:
    await enqueue_errands(2)
    sender = Sender(LEASE_S, window=5)
    await sender.take_back(await sender.take())
    assert {(row["state"], row["due_at"], row["sends"]) for row in await rows()} == {("waiting", clock.at, 0)}
    assert len(await sender.take()) == 2


async def test_taking_back_leaves_a_job_that_has_begun(platform: Platform) -> None:
    """A broker may have taken the message and failed only to say so."""
    await enqueue_errands(1)
    sender = Sender(LEASE_S, window=5)
    sent = await sender.take()
    assert await Leases(LEASE_S).begin(sent[0].id)
    await sender.take_back(sent)
    assert (await only_row())["state"] == "leased"

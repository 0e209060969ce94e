"""The administrator's view: one's own organisation's jobs, what is stuck, and each decision on the audit trail."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from server.core.access import Actor, ActorKind, Role
from server.core.audit.tables import AuditEvent
from server.core.faults import Forbidden, NotFound
from server.core.outbox import enqueue, service
from server.core.outbox.leases import Leases
from server.core.outbox.service import DiscardReason, JobCounts, JobNotDead
from server.core.outbox.wake import listen
from server.core.platform import Platform
from tests.core.outbox.errands import Errand, enqueue_errands, only_row, rows
from tests.support.platforms import FakeClock


@pytest.fixture
def administrator() -> Actor:
    return _person(Role.ADMINISTRATOR)


def _person(role: Role) -> Actor:
    return Actor(actor_id=uuid4(), kind=ActorKind.PERSON, organisation_id=uuid4(), roles=frozenset({role}))


async def _die(actor: Actor) -> UUID:
    leases = Leases(30)
    await enqueue_errands(1, actor.organisation_id)
    [delivery] = await leases.claim(1)
    await leases.bury(delivery, "builtins.KeyError")
    return delivery.id


async def test_jobs_are_counted_by_name_and_state(platform: Platform, clock: FakeClock, administrator: Actor) -> None:
    await _die(administrator)
    await enqueue_errands(1, administrator.organisation_id)
    await Leases(30).claim(1)
    await enqueue_errands(2, administrator.organisation_id)
    oldest_at = clock.at
    later = Errand(organisation_id=administrator.organisation_id)
    await enqueue(later, due_at=clock.at + timedelta(hours=1))
    await enqueue_errands(1)  # another organisation's
    clock.advance(minutes=5)
    counted = JobCounts(name="tests.errand", waiting=2, later=1, running=1, dead=1, oldest_due_at=oldest_at)
    assert await service.list_counts(administrator) == [counted]


async def test_nothing_waiting_has_no_oldest(platform: Platform, administrator: Actor) -> None:
    await _die(administrator)
    assert await service.list_counts(administrator) == [JobCounts(name="tests.errand", dead=1)]


async def test_the_dead_are_listed_with_their_reason(platform: Platform, administrator: Actor) -> None:
    job_id = await _die(administrator)
    await enqueue_errands(1, administrator.organisation_id)
    [dead] = await service.list_dead(administrator)
    assert (dead.id, dead.name, dead.deliveries, dead.last_error) == (job_id, "tests.errand", 1, "builtins.KeyError")
    assert await service.list_dead(_person(Role.ADMINISTRATOR)) == []


async def test_a_dead_job_is_retried_from_the_start(platform: Platform, clock: FakeClock, administrator: Actor) -> None:
    job_id = await _die(administrator)
    woken: list[int] = []
    end = listen(lambda: woken.append(1))
    await service.retry_job(administrator, job_id)
    end()
    row = await only_row()
    assert (row["state"], row["due_at"], row["deliveries"], row["failures"]) == ("waiting", clock.at, 0, 0)
    assert woken == [1]
    assert await _audited() == [("job:retried", job_id, administrator.actor_id, {"name": "tests.errand"})]


async def test_a_dead_job_is_discarded_with_a_reason(platform: Platform, administrator: Actor) -> None:
    job_id = await _die(administrator)
    await service.discard_job(administrator, job_id, DiscardReason.DONE_BY_HAND)
    assert await rows() == []
    detail = {"name": "tests.errand", "reason": "done-by-hand"}
    assert await _audited() == [("job:discarded", job_id, administrator.actor_id, detail)]


async def test_a_living_job_is_left_alone(platform: Platform, administrator: Actor) -> None:
    await enqueue_errands(1, administrator.organisation_id)
    before = await only_row()
    for verb in (
        service.retry_job(administrator, before["id"]),
        service.discard_job(administrator, before["id"], DiscardReason.CANNOT_SUCCEED),
    ):
        with pytest.raises(JobNotDead):
            await verb
    assert await only_row() == before
    assert await _audited() == []


async def test_another_organisations_job_is_not_there(platform: Platform, administrator: Actor) -> None:
    job_id = await _die(_person(Role.ADMINISTRATOR))
    for verb in (
        service.retry_job(administrator, job_id),
        service.discard_job(administrator, job_id, DiscardReason.CANNOT_SUCCEED),
    ):
        with pytest.raises(NotFound):
            await verb
    assert (await only_row())["state"] == "dead"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
async def test_no_other_role_may_look_or_decide(sqlite_platform: Platform, role: Role) -> None:
    actor = _person(role)
    job_id = await _die(actor)
    for verb in (
        service.list_counts(actor),
        service.list_dead(actor),
        service.retry_job(actor, job_id),
        service.discard_job(actor, job_id, DiscardReason.CANNOT_SUCCEED),
    ):
        with pytest.raises(Forbidden):
            await verb


async def _audited() -> list[tuple[str, UUID, UUID, dict[str, str]]]:
    events = await AuditEvent.objects().order_by(AuditEvent.id)
    return [(event.tag, event.subject_id, event.actor_id, msgspec.json.decode(event.detail)) for event in events]

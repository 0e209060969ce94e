"""Organisations with events to chain, for the suites of the trail."""

from uuid import UUID, uuid4

from server.core.access import Actor, ActorKind, Purpose, Role, system_actor
from server.core.audit import record
from server.core.db import transaction
from tests.support.platforms import FakeClock


def auditor(organisation_id: UUID) -> Actor:
    return _person(organisation_id, Role.AUDITOR, Purpose.AUDIT)


def specialist(organisation_id: UUID) -> Actor:
    return _person(organisation_id, Role.SPECIALIST, Purpose.TREATMENT)


def patient(organisation_id: UUID) -> Actor:
    return _person(organisation_id, Role.PATIENT, Purpose.PATIENT_REQUEST)


def _person(organisation_id: UUID, role: Role, purpose: Purpose) -> Actor:
    return Actor(
        actor_id=uuid4(),
        kind=ActorKind.PERSON,
        organisation_id=organisation_id,
        roles=frozenset({role}),
        purpose=purpose,
    )


async def record_events(organisation_id: UUID, count: int, clock: FakeClock) -> None:
    """`count` events of one organisation, a second apart."""
    actor = system_actor(organisation_id)
    async with transaction():
        for number in range(count):
            clock.advance(seconds=1)
            await record(actor, "case:read", subject_id=uuid4(), patient_id=uuid4(), detail={"number": number})

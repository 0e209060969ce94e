"""Who acts for a patient with a sign-in of their own: named with a relation and dates, and ended."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from server.core import audit
from server.core.access import Action, Actor, authorize, system_actor
from server.core.access.grants import live
from server.core.access.tables import AccessGrant, Capacity
from server.core.db import scoped, transaction, working_for
from server.core.faults import Conflict, Fault, Forbidden, NotFound
from server.core.platform import now
from server.identity import service as identity
from server.patients import queries
from server.patients.majority import first_moment, proposed_majority
from server.patients.service.record import demographics
from server.patients.tables import Patient

FOR_OTHERS = (Capacity.GUARDIAN, Capacity.HELPER)


class Relation(StrEnum):
    """What someone who acts is to the patient."""

    MOTHER = "mother"
    FATHER = "father"
    LEGAL_GUARDIAN = "legal-guardian"
    GRANDPARENT = "grandparent"
    PARTNER = "partner"
    CHILD = "child"
    SIBLING = "sibling"
    CARER = "carer"
    OTHER = "other"


class Named(Struct, frozen=True, kw_only=True):
    """Someone who shall act; days are the patient's local ones, `until` is the last. `majority_on` is for guardians."""

    name: str
    contact: str
    capacity: Capacity
    relation: Relation
    since: date | None = None
    until: date | None = None
    majority_on: date | None = None


class ActingPerson(Struct, frozen=True, kw_only=True):
    """`ends_with_majority` says why `ends_at` is when it is."""

    grant_id: UUID
    person_id: UUID
    name: str
    capacity: Capacity
    relation: str
    starts_at: datetime
    ends_at: datetime | None
    ended_by: UUID | None
    ends_with_majority: bool
    has_ended: bool


class DatesRefused(Fault):
    """A date with which nobody could act; `field` is the form's."""

    status = 422
    code = "dates-refused"
    title = "These dates do not fit"
    kept = "Nothing was changed."

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(detail)
        self.field = field


class ActsAlready(Conflict):
    code = "acts-already"
    title = "This person acts for the patient already"
    next_step = "End what there is first, if its dates should change."


async def capacities_of(actor: Actor) -> Mapping[UUID, Capacity]:
    """As what the signed-in person acts now, by patient."""
    rows = await AccessGrant.select(AccessGrant.patient_id, AccessGrant.capacity).where(live(actor.actor_id))
    return {row["patient_id"]: Capacity(row["capacity"]) for row in rows}


async def acting_for(actor: Actor, patient_id: UUID) -> list[ActingPerson]:
    """Everyone who was ever named to act, the newest first; a helper sees nobody but themselves."""
    authorize(actor, Action.ACTING_MANAGE)
    patient = await queries.get_kept_patient(actor, patient_id)
    named = AccessGrant.objects().where(AccessGrant.patient_id == patient_id)
    named = named.where(AccessGrant.capacity.is_in([each.value for each in FOR_OTHERS]))
    if await _capacity(actor, patient_id) is Capacity.HELPER:
        named = named.where(AccessGrant.grantee_id == actor.actor_id)
    with _as_keeper(patient):
        rows = await named.order_by(AccessGrant.id, ascending=False)
    names = await identity.person_names({row.grantee_id for row in rows})
    return [_person(row, names.get(row.grantee_id, ""), patient) for row in rows]


async def may_name(actor: Actor, patient_id: UUID) -> tuple[Capacity, ...]:
    """As what the actor may name others: the clinic as either, patients themselves helpers, nobody else anyone."""
    if not actor.is_patient:
        return FOR_OTHERS
    return (Capacity.HELPER,) if await _capacity(actor, patient_id) is Capacity.SELF else ()


async def majority_of(actor: Actor, patient_id: UUID) -> date | None:
    """The day on which guardians' say ends: as the clinic wrote it down, else the one that is proposed."""
    patient = await queries.get_kept_patient(actor, patient_id)
    born = (await demographics(actor, patient_id)).birth_date
    return patient.majority_on or (proposed_majority(born) if born else None)


async def name_person(actor: Actor, patient_id: UUID, named: Named) -> UUID:
    """Let someone act for the patient; they get a sign-in and a welcome if they had none. Returns the person's id.

    DatesRefused, ActsAlready, ContactRefused; ContactInUse when the contact belongs to staff or to another name.
    """
    authorize(actor, Action.ACTING_MANAGE)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        if named.capacity not in await may_name(actor, patient_id):
            raise Forbidden
        starts_at, ends_at = _dates(patient, named)
        if named.capacity is Capacity.GUARDIAN and named.majority_on:
            await _set_majority(actor, patient, named.majority_on)
        person_id = await identity.account_to_act(
            actor, name=named.name, contact=named.contact, language=patient.language, zone=patient.zone
        )
        with _as_keeper(patient):
            if await AccessGrant.exists().where(_of(person_id, patient_id) & _not_over()):
                raise ActsAlready
            await AccessGrant(
                recorded_at=now(),
                organisation_id=patient.organisation_id,
                patient_id=patient_id,
                grantee_id=person_id,
                capacity=named.capacity,
                starts_at=starts_at,
                ends_at=ends_at,
                relation=named.relation,
                given_by=actor.actor_id,
            ).save()
        await _record(actor, "patient:acting-named", patient, person_id, named.capacity)
    return person_id


async def end_acting(actor: Actor, patient_id: UUID, grant_id: UUID) -> None:
    """End it now: the clinic any, the patient their helpers', whoever acts their own."""
    authorize(actor, Action.ACTING_MANAGE)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        with _as_keeper(patient):
            row = await AccessGrant.objects().where(_is(grant_id, patient_id) & _not_over()).first()
        if row is None:
            raise NotFound
        capacity = Capacity(row.capacity)
        if row.grantee_id != actor.actor_id and capacity not in await may_name(actor, patient_id):
            raise Forbidden
        ended: dict[Any, Any] = {AccessGrant.ends_at: now(), AccessGrant.ended_by: actor.actor_id}
        with _as_keeper(patient):
            await AccessGrant.update(ended).where(AccessGrant.id == grant_id)
        await _record(actor, "patient:acting-ended", patient, row.grantee_id, capacity)


def _as_keeper(patient: Patient) -> AbstractContextManager[None]:
    """Grants are the keeping organisation's to show and to give; the verb has decided already whether it may."""
    return working_for(system_actor(patient.organisation_id))


def _dates(patient: Patient, named: Named) -> tuple[datetime, datetime | None]:
    """From when until when; a guardian's say ends with the patient's majority at the latest."""
    at, today = now(), now().astimezone(ZoneInfo(patient.zone)).date()
    since = named.since if named.since and named.since > today else None
    starts_at = first_moment(since, patient.zone) if since else at
    ends = [first_moment(named.until + timedelta(days=1), patient.zone)] if named.until else []
    if named.until and named.until < (since or today):
        raise DatesRefused("The last day lies before the first.", "until")
    if named.capacity is Capacity.GUARDIAN:
        if named.majority_on is None:
            raise DatesRefused("Say on which day the patient comes of age.", "majority_on")
        if named.majority_on <= (since or today):
            raise DatesRefused("By then the patient is of age and chooses helpers themselves.", "majority_on")
        ends.append(first_moment(named.majority_on, patient.zone))
    return starts_at, min(ends, default=None)


async def _set_majority(actor: Actor, patient: Patient, day: date) -> None:
    """Write the day down; what ended with the former one, or would outlast the new one, ends with the new one."""
    former, patient.majority_on = patient.majority_on, day
    if former == day:
        return
    await scoped(actor, Patient).update({Patient.majority_on: day}).where(Patient.id == patient.id)
    ends_at = first_moment(day, patient.zone)
    outlasts: Any = AccessGrant.ends_at > ends_at
    if former is not None:
        outlasts = outlasts | (AccessGrant.ends_at == first_moment(former, patient.zone))
    guards = (AccessGrant.patient_id == patient.id) & (AccessGrant.capacity == Capacity.GUARDIAN) & _not_over()
    await AccessGrant.update({AccessGrant.ends_at: ends_at}).where(guards & outlasts)


async def _capacity(actor: Actor, patient_id: UUID) -> Capacity | None:
    return (await capacities_of(actor)).get(patient_id) if actor.is_patient else None


def _person(row: AccessGrant, name: str, patient: Patient) -> ActingPerson:
    majority_at = first_moment(patient.majority_on, patient.zone) if patient.majority_on else None
    return ActingPerson(
        grant_id=row.id,
        person_id=row.grantee_id,
        name=name,
        capacity=Capacity(row.capacity),
        relation=row.relation,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ended_by=row.ended_by,
        ends_with_majority=row.capacity == Capacity.GUARDIAN and row.ends_at == majority_at,
        has_ended=row.ends_at is not None and row.ends_at <= now(),
    )


def _of(person_id: UUID, patient_id: UUID) -> Any:
    return (AccessGrant.patient_id == patient_id) & (AccessGrant.grantee_id == person_id)


def _is(grant_id: UUID, patient_id: UUID) -> Any:
    kinds = [each.value for each in FOR_OTHERS]
    return (AccessGrant.id == grant_id) & (AccessGrant.patient_id == patient_id) & AccessGrant.capacity.is_in(kinds)


def _not_over() -> Any:
    """In force now or still to come."""
    return AccessGrant.ends_at.is_null() | (AccessGrant.ends_at > now())


async def _record(actor: Actor, tag: str, patient: Patient, person_id: UUID, capacity: Capacity) -> None:
    await audit.record(
        actor,
        tag,
        subject_id=person_id,
        patient_id=patient.id,
        organisation_id=patient.organisation_id,
        detail={"capacity": capacity},
    )

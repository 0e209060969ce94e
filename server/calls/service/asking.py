"""Asking for a call: from a case by either side, from a kiosk, or from a visit whose time has come."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from server.calls import queries
from server.calls.faults import CaseNotReady, CaseOver, ConsentNeeded, NotTheTime, NotYourCall
from server.calls.lifecycle import OPEN, Event
from server.calls.service.ringing import ring_patient, ring_pool, ring_specialist
from server.calls.service.steps import go_on, note, record
from server.calls.tables import Call
from server.cases import service as cases
from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION, CallWanted
from server.contract.case import ConsentGiven
from server.core.access import Action, Actor, ActorKind, Role, authorize
from server.core.db import transaction
from server.core.faults import BadInput, KeyReused, NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.identity import service as identity
from server.patients import service as patients
from server.scheduling import service as scheduling

EARLY, LATE = timedelta(minutes=30), timedelta(hours=2)
"""How long before a visit begins, and after its end, its call can be asked for. Clocks that are minutes off fit in."""


async def ask(actor: Actor, wanted: CallWanted) -> Call:
    """A call about the case, rung at once where there is somebody to ring; the one that goes on already, if one does.

    The patient's side waits for its reader or the pool; the case's reader calls the patient. CaseOver, CaseNotReady,
    ConsentNeeded, scheduling.NotLicensedThere; NotYourCall for a specialist who does not read the case.
    """
    authorize(actor, Action.CALL_ASK)
    async with transaction():
        case = await _case_of(actor, wanted.case_id)
        again = await queries.find_call(actor, wanted.call_id)
        if again is not None:
            if again.care_case_id != wanted.case_id or again.asked_by != actor.actor_id:
                raise KeyReused
            return again
        if not case.is_open:
            raise CaseOver
        if case.pool_id is None:
            # It is not routed before it can be read: a call would stand in nobody's waiting room.
            raise CaseNotReady
        await _agree(actor, case.patient_id, wanted.consent)
        open_already = await queries.open_call_of(actor, case.case_id)
        if open_already is not None:
            return open_already
        call = _new_call(
            actor,
            id=wanted.call_id,
            organisation_id=case.organisation_id,
            subject_id=case.case_id,
            care_case_id=case.case_id,
            patient_id=case.patient_id,
            pool_id=case.pool_id,
            specialist_id=case.reader_id,
            acuity=case.acuity,
            region=case.region,
            zone=case.zone,
            why=wanted.why,
        )
        await _begin(actor, call)
        return call


async def ask_for_visit(actor: Actor, appointment_id: UUID, consent: ConsentGiven | None = None) -> Call:
    """The call of an appointment, from half an hour before it; the licence is asked for once more, where it happens."""
    authorize(actor, Action.CALL_ASK)
    async with transaction():
        visit = await scheduling.get_appointment(actor, appointment_id)
        if actor.has(Role.SPECIALIST):
            if visit.provider_id != actor.actor_id:
                raise NotYourCall
        elif not actor.is_patient and visit.organisation_id != actor.organisation_id:
            raise NotFound("There is no such appointment.")
        if not visit.starts_at - EARLY <= now() <= visit.ends_at + LATE:
            raise NotTheTime
        await scheduling.check_joining(actor, appointment_id)
        await _agree(actor, visit.patient_id, consent)
        open_already = await queries.open_call_of(actor, visit.id)
        if open_already is not None:
            return open_already
        call = _new_call(
            actor,
            id=new_id(),
            organisation_id=visit.organisation_id,
            subject_id=visit.id,
            care_case_id=visit.from_case_id,
            appointment_id=visit.id,
            patient_id=visit.patient_id,
            pool_id=visit.pool_id,
            specialist_id=visit.provider_id,
            acuity="routine",
            region=visit.region,
            zone=visit.zone,
            why="visit",
        )
        await _begin(actor, call)
        return call


async def requeue(actor: Actor, call_id: UUID) -> Call:
    """Back into the waiting room after nobody answered: the place is that of the first asking."""
    authorize(actor, Action.CALL_ASK)
    async with transaction():
        call = await queries.hold_call(actor, call_id)
        await require_own_kiosk(actor, call)
        if not is_of(actor, call):
            raise NotYourCall
        if call.status in OPEN:
            return call
        if await queries.open_call_of(actor, call.subject_id) is not None:
            raise CaseOver("Another call about it goes on already.")
        await go_on(actor, call, Event.REQUEUE, "call:requeued")
        return call


def is_of(actor: Actor, call: Call) -> bool:
    """Whether the actor is one of the call's own: the patient's side, or its specialist."""
    if actor.kind is not ActorKind.PERSON or actor.is_patient:
        return True
    if actor.has(Role.SPECIALIST) and call.specialist_id == actor.actor_id:
        return True
    return actor.has(Role.CLINIC_WORKER) and call.organisation_id == actor.organisation_id


async def require_own_kiosk(actor: Actor, call: Call) -> None:
    """NotFound for every kiosk but the one that asked, or that brought the case in: it reads nobody's record."""
    if actor.kind is not ActorKind.DEVICE or call.asked_by == actor.actor_id:
        return
    if call.care_case_id not in await cases.brought_in_by(actor, [call.care_case_id] if call.care_case_id else []):
        raise NotFound("There is no such call.")


async def _case_of(actor: Actor, case_id: UUID) -> cases.CaseToCall:
    """The case, if it is the actor's to call about."""
    case = await cases.case_to_call(actor, case_id)
    if actor.kind is ActorKind.DEVICE and case.submitted_by != actor.actor_id:
        raise NotFound("There is no such case.")
    is_giving = actor.is_patient or case.organisation_id == actor.organisation_id
    if actor.has(Role.SPECIALIST):
        if case.reader_id != actor.actor_id:
            raise NotYourCall("Read the case first: then you can call the patient from it.")
        await require_licence(actor, case.region)
    elif not is_giving:
        raise NotFound("There is no such case.")
    return case


async def require_licence(actor: Actor, region: str) -> None:
    """scheduling.NotLicensedThere unless the specialist may treat somebody there today."""
    if not await identity.licensed_for([actor.actor_id], region, now()):
        raise scheduling.NotLicensedThere


async def require_consent(actor: Actor, patient_id: UUID) -> None:
    if not await patients.has_consent(actor, patient_id, CALL_CONSENT):
        raise ConsentNeeded


async def give_consent(actor: Actor, patient_id: UUID, consent: ConsentGiven) -> None:
    """What the patient agreed to, on their page or on the clinic's."""
    if (consent.consent, consent.version) != (CALL_CONSENT, CALL_CONSENT_VERSION):
        raise BadInput("This is another consent than the one to a video call.")
    await patients.record_consents(actor, patient_id, (consent,))


async def _agree(actor: Actor, patient_id: UUID, consent: ConsentGiven | None) -> None:
    """The patient's side agrees when it asks; whom a specialist calls is asked when they answer."""
    if actor.has(Role.SPECIALIST):
        return
    if consent is not None:
        await give_consent(actor, patient_id, consent)
    await require_consent(actor, patient_id)


def _new_call(actor: Actor, **values: Any) -> Call:
    at = now()
    return Call(
        recorded_at=at,
        asked_at=at,
        changed_at=at,
        asked_by=actor.actor_id,
        is_asked_by_specialist=actor.has(Role.SPECIALIST),
        **values,
    )


async def _begin(actor: Actor, call: Call) -> None:
    """Write the call down and ring whoever is wanted; where nobody can be rung it stands in the waiting room."""
    await call.save()
    await record(actor, call, "call:asked", {"why": call.why})
    await note(actor, call, "call-asked")
    if call.is_asked_by_specialist:
        await ring_patient(actor, call)
    elif call.specialist_id is not None:
        await ring_specialist(actor, call, call.specialist_id)
    else:
        await ring_pool(actor, call)

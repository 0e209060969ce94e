"""Calls at each point of their life, reached by the verbs that pages and kiosks use."""

from uuid import UUID, uuid4

from server.calls import queries
from server.calls import service as calls
from server.calls.tables import Call
from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION, CallWanted
from server.contract.case import ConsentGiven
from server.core.access import Actor, Role
from tests.support.casework import claimed, waiting
from tests.support.clinics import AT, REGION, Clinic, join, system_of
from tests.support.people import make_person

AGREED = ConsentGiven(consent=CALL_CONSENT, version=CALL_CONSENT_VERSION, given_at=AT)


def wanted(case_id: UUID, *, consent: ConsentGiven | None = AGREED) -> CallWanted:
    return CallWanted(call_id=uuid4(), case_id=case_id, consent=consent)


async def ask(actor: Actor, case_id: UUID) -> Call:
    return await calls.ask(actor, wanted(case_id))


async def asked_by_patient(clinic: Clinic) -> Call:
    """A patient's call that the pool's one reader is rung for."""
    case_id, _ = await waiting(clinic)
    return await ask(clinic.patient, case_id)


async def asked_by_reader(clinic: Clinic) -> Call:
    """The reader of a case calls its patient."""
    case_id, _ = await claimed(clinic)
    return await calls.ask(clinic.reader, wanted(case_id, consent=None))


async def joining(clinic: Clinic) -> Call:
    """Asked by the patient, answered by the reader."""
    call = await asked_by_patient(clinic)
    return await calls.answer(clinic.reader, call.id)


async def row_of(clinic: Clinic, call_id: UUID) -> Call:
    return await queries.get_call(system_of(clinic), call_id)


async def status_of(clinic: Clinic, call_id: UUID) -> str:
    return (await row_of(clinic, call_id)).status


async def colleague(clinic: Clinic, *, licensed_in: str = REGION) -> Actor:
    """Another reader of the pool."""
    reader = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=(licensed_in,))
    await join(clinic.pool_id, clinic.reading_id, reader)
    return reader

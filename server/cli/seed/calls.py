"""Calls at points of their life: one that was talked, and somebody in the waiting room."""

from datetime import timedelta
from uuid import UUID, uuid4

from server.calls import service as calls
from server.calls.schemas import Caller
from server.cases import service as cases
from server.cli.seed.clock import SeedClock
from server.cli.seed.people import DemoPatient, DemoPeople
from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION, CallWanted
from server.contract.case import ConsentGiven
from server.contract.wire import Moment
from server.core.access import Actor
from server.core.clock import now

TALKED_HOURS_AGO, WAITS_HOURS_AGO = 0.6, 0.3
"""After every story of the cases: a case cannot be called about before it came."""
NOTE = "Explained how the next photos should be taken. Agreed to talk again when they have come."


async def seed_calls(people: DemoPeople, clock: SeedClock) -> None:
    clock.set_hours_ago(TALKED_HOURS_AGO)
    await _talk(people, clock)
    clock.set_hours_ago(WAITS_HOURS_AGO)
    await _wait(people, clock)


async def _talk(people: DemoPeople, clock: SeedClock) -> None:
    """The reader of a case calls its patient, for nine minutes."""
    reader = people.readers[0]
    patient, case_id = await _case_in(people, "in-review", reader)
    call = await calls.ask(reader, CallWanted(call_id=uuid4(), case_id=case_id, why="to-ask"))
    clock.at += timedelta(minutes=1)
    await calls.answer(patient.account, call.id, _agreed())
    for actor in (patient.account, reader):
        seat, session_id = await calls.enter(Caller(actor=actor), call.id), uuid4()
        await calls.sit_down(seat, session_id)
        await calls.stay(seat, session_id, is_live=True)
    clock.at += timedelta(minutes=9)
    await calls.save_note(reader, call.id, NOTE, 0)
    await calls.end(reader, call.id)


async def _wait(people: DemoPeople, clock: SeedClock) -> None:
    """Nobody answered a patient, who waits for the next specialist that is free."""
    patient, case_id = await _case_in(people, "waiting", None)
    wanted = CallWanted(call_id=uuid4(), case_id=case_id, consent=_agreed())
    call = await calls.ask(patient.account, wanted)
    clock.at += timedelta(minutes=3)
    await calls.end_ringing(call.organisation_id, call.id)
    await calls.requeue(patient.account, call.id)


async def _case_in(people: DemoPeople, status: str, reader: Actor | None) -> tuple[DemoPatient, UUID]:
    """The first case that stands so; one that `reader` has claimed, if one is named."""
    for patient in people.patients:
        for case in await cases.cases_of_patient(patient.account, patient.patient_id):
            opened = await cases.open_case(patient.account, case.id)
            claimed_by = opened.request.claimed_by if opened.request else None
            if case.status == status and claimed_by == (reader.actor_id if reader else None):
                return patient, case.id
    raise LookupError(f"the seed has no case that is {status}")


def _agreed() -> ConsentGiven:
    moment = Moment(at=now(), zone="UTC")
    return ConsentGiven(consent=CALL_CONSENT, version=CALL_CONSENT_VERSION, given_at=moment)

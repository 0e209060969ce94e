"""Erasing: asked by one, confirmed by another, refused while held; afterwards nothing opens and nothing fails."""

from uuid import UUID, uuid4

import msgspec
import pytest

from server.cases import service as cases
from server.core import notices, vault
from server.core.access import Role
from server.core.access.grants import grant
from server.core.faults import Forbidden, NotFound
from server.core.notices.tables import NoticeIntent
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform
from server.core.vault import HeldByLaw, Shredded
from server.identity import service as identity
from server.identity.tables import Session
from server.patients import service as patients
from server.patients.jobs import EndErased
from server.patients.service import Capacity, ErasureReason, HoldReason, Named, Relation
from server.patients.service.erasing import NothingAsked, SecondPersonNeeded
from server.patients.tables import ErasureState, Patient, PatientToken
from tests.support.clinics import Clinic, answers, make_clinic, make_patient, submission
from tests.support.people import make_person
from workers.patients import end_erased

ASKS = ErasureReason.PATIENT_ASKS


async def erase(clinic: Clinic) -> None:
    await patients.ask_erasure(clinic.patient, clinic.patient_id, ASKS)
    await patients.confirm_erasure(clinic.coordinator, clinic.patient_id)


async def send_case(clinic: Clinic) -> UUID:
    case_id = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=case_id))
    return case_id


async def test_what_was_sealed_opens_for_nobody_and_nobody_is_found(platform: Platform) -> None:
    clinic = await make_clinic()
    case_id = await send_case(clinic)
    await erase(clinic)
    for attempt in (
        patients.demographics(clinic.worker, clinic.patient_id),
        patients.about(clinic.worker, clinic.patient_id),
        cases.open_case(clinic.worker, case_id),
        cases.open_case(clinic.reader, case_id),
    ):
        with pytest.raises(Shredded):
            await attempt
    assert await patients.find_patients(clinic.worker, name="Aminata Kamara", phone="+23276000001") == []
    assert await patients.names_of(clinic.worker, [clinic.patient_id]) == {}
    row = await Patient.objects().get(Patient.id == clinic.patient_id)
    assert row is not None
    assert (row.sealed, row.majority_on, row.erased_at is not None) == (b"", None, True)
    assert not await PatientToken.exists().where(PatientToken.patient_id == clinic.patient_id)


async def test_the_patients_sign_in_is_forgotten(platform: Platform) -> None:
    clinic = await make_clinic()
    await erase(clinic)
    assert await identity.person_name(clinic.patient.actor_id) == ""
    assert not await Session.exists().where(
        (Session.person_id == clinic.patient.actor_id) & Session.revoked_at.is_null()
    )
    assert await patients.patients_of(clinic.patient) == []


async def test_a_sign_in_that_acts_for_someone_else_stays(platform: Platform) -> None:
    clinic = await make_clinic()
    other_id, _ = await make_patient(clinic.worker, name="Fatu Sesay")
    phone, vault_id = "+23276999999", await patients.vault_of(clinic.worker, clinic.patient_id)
    own_id = await identity.create_patient_account(
        clinic.worker, name="Aminata Kamara", contact=phone, language="en", zone="UTC", vault_id=vault_id
    )
    await grant(
        organisation_id=clinic.organisation_id,
        patient_id=clinic.patient_id,
        grantee_id=own_id,
        capacity=Capacity.SELF,
    )
    named = Named(name="Aminata Kamara", contact=phone, capacity=Capacity.HELPER, relation=Relation.CARER)
    await patients.name_person(clinic.worker, other_id, named)
    await erase(clinic)
    own = msgspec.structs.replace(clinic.patient, actor_id=own_id)
    assert [each.patient_id for each in await patients.patients_of(own)] == [other_id]
    assert await identity.person_name(own_id) == "Aminata Kamara"


async def test_whoever_asked_does_not_confirm(platform: Platform) -> None:
    clinic = await make_clinic()
    await patients.ask_erasure(clinic.coordinator, clinic.patient_id, ASKS)
    with pytest.raises(SecondPersonNeeded):
        await patients.confirm_erasure(clinic.coordinator, clinic.patient_id)
    assert await patients.names_of(clinic.worker, [clinic.patient_id])
    second = await make_person(clinic.organisation_id, Role.COORDINATOR)
    await patients.confirm_erasure(second, clinic.patient_id)
    with pytest.raises(NothingAsked):
        await patients.confirm_erasure(second, clinic.patient_id)


async def test_a_legal_hold_beats_it_until_it_is_released(platform: Platform) -> None:
    clinic = await make_clinic()
    await patients.set_hold(clinic.coordinator, clinic.patient_id, HoldReason.COURT_ORDER)
    await patients.ask_erasure(clinic.patient, clinic.patient_id, ASKS)
    with pytest.raises(HeldByLaw):
        await patients.confirm_erasure(clinic.coordinator, clinic.patient_id)
    assert await patients.patients_of(clinic.patient), "a refused erasure ended the patient's grant"
    asked = await patients.erasure_of(clinic.coordinator, clinic.patient_id)
    assert asked is not None
    assert asked.state == ErasureState.ASKED
    await patients.release_hold(clinic.coordinator, clinic.patient_id)
    await patients.confirm_erasure(clinic.coordinator, clinic.patient_id)
    (hold,) = await patients.holds_of(clinic.coordinator, clinic.patient_id)
    assert hold.released_by == clinic.coordinator.actor_id


async def test_a_refused_erasure_can_be_asked_for_again(sqlite_platform: Platform) -> None:
    clinic = await make_clinic()
    first = await patients.ask_erasure(clinic.patient, clinic.patient_id, ASKS)
    assert await patients.ask_erasure(clinic.worker, clinic.patient_id, ASKS) == first
    await patients.refuse_erasure(clinic.coordinator, clinic.patient_id)
    with pytest.raises(NothingAsked):
        await patients.confirm_erasure(clinic.coordinator, clinic.patient_id)
    assert await patients.ask_erasure(clinic.patient, clinic.patient_id, ASKS) != first


async def test_only_the_right_people_ask_decide_and_hold(sqlite_platform: Platform) -> None:
    clinic, elsewhere = await make_clinic(), await make_clinic()
    helping = await make_person(clinic.organisation_id, Role.PATIENT, name="Binta Sow", email="", phone="+23276999999")
    named = Named(name="Binta Sow", contact="+23276999999", capacity=Capacity.HELPER, relation=Relation.CARER)
    await patients.name_person(clinic.worker, clinic.patient_id, named)
    with pytest.raises(Forbidden):
        await patients.ask_erasure(helping, clinic.patient_id, ASKS)
    with pytest.raises(NotFound):
        await patients.ask_erasure(elsewhere.coordinator, clinic.patient_id, ASKS)
    await patients.ask_erasure(clinic.patient, clinic.patient_id, ASKS)
    for other in (clinic.worker, clinic.patient, clinic.reader):
        with pytest.raises(Forbidden):
            await patients.confirm_erasure(other, clinic.patient_id)
        with pytest.raises(Forbidden):
            await patients.set_hold(other, clinic.patient_id, HoldReason.OTHER)
    for theirs in (patients.confirm_erasure, patients.refuse_erasure, patients.release_hold):
        with pytest.raises(NotFound):
            await theirs(elsewhere.coordinator, clinic.patient_id)


async def test_open_cases_end_by_the_job_which_may_run_twice(platform: Platform) -> None:
    clinic = await make_clinic()
    case_id = await send_case(clinic)
    await cases.claim_case(clinic.reader, case_id)
    await erase(clinic)
    queued = await OutboxJob.select(OutboxJob.name).where(OutboxJob.name.like("patients.%"))
    assert {row["name"] for row in queued} == {"patients.end_erased", "patients.scrub_remains"}
    for _again in range(2):
        await end_erased(EndErased(organisation_id=clinic.organisation_id, patient_id=clinic.patient_id))
    assert [case.status for case in await cases.cases_of_patient(clinic.worker, clinic.patient_id)] == ["withdrawn"]
    assert not await cases.claimed_rows(clinic.reader)
    await vault.scrub()


async def test_notices_about_the_patient_are_deleted(sqlite_platform: Platform) -> None:
    clinic = await make_clinic()
    case_id = await send_case(clinic)
    await patients.notify(clinic.worker, clinic.patient_id, "message", case_id)
    assert await NoticeIntent.exists().where(NoticeIntent.patient_id == clinic.patient_id)
    await erase(clinic)
    assert not await NoticeIntent.exists().where(NoticeIntent.patient_id == clinic.patient_id)
    assert not await patients.notify(clinic.worker, clinic.patient_id, "message", case_id)
    await notices.forget(clinic.patient_id, [])

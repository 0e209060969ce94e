"""Submitting a case: accepted once, with whatever has come of it, under a receipt that tells the truth."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from server.cases import service as cases
from server.cases.lifecycle import Status
from server.cases.service.submission import CaseEnded, PartGivenTwice
from server.cases.tables import Acuity, Arrival, Case, CaseEvent, CasePart, ObservationRow
from server.contract.case import AnswersPart, CaseSubmission, Observation, Quantity, VitalsPart
from server.contract.wire import Coding, Moment
from server.core.faults import BadInput, Forbidden, KeyReused, NotFound
from tests.support.casework import add, arrivals_of, arrive, audited, case_of, jobs, send, shot, status_of
from tests.support.clinics import AT, Clinic, answers, make_clinic, make_patient, photograph, submission, upload
from tests.support.platforms import FakeClock


def vitals(observation_id: UUID | None = None) -> VitalsPart:
    pulse = Observation(
        observation_id=observation_id or uuid4(),
        code=Coding(system="http://loinc.org", code="8867-4"),
        measured_at=AT,
        method="device",
        value=Quantity(text="71.0", unit="/min"),
    )
    return VitalsPart(part_id=uuid4(), taken_at=AT, observations=(pulse,))


async def test_a_case_exists_before_any_of_its_photographs_has_come(clinic: Clinic) -> None:
    first, second = shot(), shot()
    receipt = await cases.submit_case(clinic.patient, submission(clinic.patient_id, first.part, second.part, answers()))
    assert set(receipt.absent) == {first.part.media.sha256, second.part.media.sha256}
    assert not receipt.is_complete
    assert await status_of(clinic, receipt.case_id) == Status.SUBMITTED
    assert [job["case_id"] for job in await jobs("cases.recheck_arrivals")] == [str(receipt.case_id)]


async def test_no_urgency_is_taken_from_what_the_camera_read(clinic: Clinic) -> None:
    (told,) = vitals().observations
    racing = msgspec.structs.replace(
        told, method="camera", value=Quantity(text="178", unit="/min"), flags=("investigational",), received_at=AT
    )
    part = VitalsPart(part_id=uuid4(), taken_at=AT, observations=(racing,))
    receipt = await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), part))
    assert (await case_of(clinic, receipt.case_id)).acuity == Acuity.ROUTINE
    (row,) = await ObservationRow.objects().where(ObservationRow.case_id == receipt.case_id)
    assert row.method == "camera"


async def test_what_is_still_absent_when_it_is_looked_at_again_is_chased_later(clinic: Clinic) -> None:
    receipt = await cases.submit_case(clinic.patient, submission(clinic.patient_id, shot().part, answers()))
    for _ in range(2):
        await cases.recheck_arrivals(clinic.organisation_id, receipt.case_id)
    assert [job["case_id"] for job in await jobs("cases.chase_absent")] == [str(receipt.case_id)]


async def test_nothing_is_chased_where_all_has_come_by_then(clinic: Clinic) -> None:
    came = shot()
    receipt = await cases.submit_case(clinic.patient, submission(clinic.patient_id, came.part, answers()))
    await upload(clinic.patient, clinic.patient_id, receipt.case_id, came.part, came.content)
    await cases.recheck_arrivals(clinic.organisation_id, receipt.case_id)
    assert not await jobs("cases.chase_absent")
    assert len(await jobs("cases.prepare_photo")) == 1


async def test_photographs_that_came_before_the_submission_are_held_by_its_receipt(clinic: Clinic) -> None:
    came, absent = shot(), shot()
    case_id = uuid4()
    await upload(clinic.patient, clinic.patient_id, case_id, came.part, came.content)
    body = submission(clinic.patient_id, came.part, absent.part, answers(), case_id=case_id)
    receipt = await cases.submit_case(clinic.patient, body)
    assert receipt.held == (came.part.media.sha256,)
    assert receipt.absent == (absent.part.media.sha256,)
    assert await status_of(clinic, case_id) == Status.PREPARING
    assert len(await jobs("cases.prepare_photo")) == 1


async def test_a_case_without_media_waits_at_once(clinic: Clinic) -> None:
    receipt = await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers()))
    assert receipt.is_complete
    assert await status_of(clinic, receipt.case_id) == Status.WAITING
    assert not await jobs("cases.chase_absent")


async def test_the_same_submission_twice_is_one_case(clinic: Clinic) -> None:
    body = submission(clinic.patient_id, answers())
    first = await cases.submit_case(clinic.patient, body)
    assert await cases.submit_case(clinic.patient, body) == first
    assert len(await audited("case:submitted")) == 1


async def test_the_same_submission_twice_at_once_is_one_case(clinic: Clinic) -> None:
    body = submission(clinic.patient_id, photograph(b"picture"), answers())
    receipts = await asyncio.gather(*(cases.submit_case(clinic.patient, body) for _ in range(4)))
    assert len({receipt.signature for receipt in receipts}) == 1
    assert await Case.count() == 1
    assert await CasePart.count() == 2


async def test_the_same_id_with_other_content_is_refused_and_the_first_kept(clinic: Clinic) -> None:
    case_id = await send(clinic, answers("first"))
    with pytest.raises(KeyReused):
        await send(clinic, answers("other"), case_id=case_id)
    opened = await cases.open_case(clinic.patient, case_id)
    told = [each.part for each in opened.parts if isinstance(each.part, AnswersPart)]
    assert [part.answers[1].text for part in told] == ["first"]


async def test_another_person_cannot_use_the_id_of_a_case(clinic: Clinic) -> None:
    body = submission(clinic.patient_id, answers())
    await cases.submit_case(clinic.patient, body)
    with pytest.raises(KeyReused):
        await cases.submit_case(clinic.worker, body)


async def test_nobody_submits_for_a_patient_who_is_not_theirs(clinic: Clinic) -> None:
    _other_id, stranger = await make_patient(clinic.worker, name="Fatu Sesay")
    with pytest.raises(NotFound):
        await cases.submit_case(stranger, submission(clinic.patient_id, answers()))
    assert not await Case.exists()


async def test_a_reader_submits_nothing(clinic: Clinic) -> None:
    with pytest.raises(Forbidden):
        await cases.submit_case(clinic.reader, submission(clinic.patient_id, answers()))


async def test_the_body_is_kept_sealed_and_its_words_are_not_in_the_row(clinic: Clinic) -> None:
    case_id = await send(clinic, answers("The marked words."))
    row = await case_of(clinic, case_id)
    assert row.sealed
    assert b"marked words" not in row.sealed
    for part in await CasePart.select(CasePart.sealed):
        assert b"marked words" not in part["sealed"]


@pytest.mark.parametrize("years", [-10, 10])
async def test_a_clock_ten_years_off_is_accepted_and_marked(clinic: Clinic, clock: FakeClock, years: int) -> None:
    off = Moment(at=clock.at + timedelta(days=365 * years), zone="Africa/Freetown")
    body = submission(clinic.patient_id, answers())
    told = msgspec.structs.replace(msgspec.json.decode(body, type=CaseSubmission), submitted_at=off)
    receipt = await cases.submit_case(clinic.patient, msgspec.json.encode(told))
    case = await case_of(clinic, receipt.case_id)
    assert case.is_clock_doubtful
    assert case.happened_at == off.at
    assert case.received_at == clock.at


async def test_a_clock_that_is_right_is_not_doubted(clinic: Clinic) -> None:
    assert not (await case_of(clinic, await send(clinic))).is_clock_doubtful


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", b'{"schema":"careferry.case/2"}', b'{"schema":"careferry.case/1","text":"\\u0000"}'],
)
async def test_what_does_not_follow_the_contract_is_refused(clinic: Clinic, body: bytes) -> None:
    with pytest.raises(BadInput):
        await cases.submit_case(clinic.patient, body)


async def test_a_program_is_told_where_it_left_the_contract_and_a_person_is_not(clinic: Clinic) -> None:
    body = submission(clinic.patient_id, answers()).replace(b'"topic":"', b'"topic":"x')
    with pytest.raises(BadInput) as refused:
        await cases.submit_case(clinic.patient, body)
    assert [each.path for each in refused.value.fields] == ["topic"]
    assert "topic" not in refused.value.told()


async def test_two_parts_naming_the_same_media_are_refused(clinic: Clinic) -> None:
    with pytest.raises(PartGivenTwice):
        await send(clinic, photograph(b"same"), photograph(b"same"))


async def test_a_part_of_another_case_is_refused(clinic: Clinic) -> None:
    taken = shot()
    await send(clinic, taken.part)
    with pytest.raises(PartGivenTwice):
        await send(clinic, msgspec.structs.replace(taken.part, media=shot().part.media))


async def test_a_part_of_another_organisation_is_refused(clinic: Clinic) -> None:
    taken = shot()
    await send(await make_clinic(), taken.part)
    with pytest.raises(PartGivenTwice):
        await send(clinic, msgspec.structs.replace(taken.part, media=shot().part.media))


async def test_one_observation_given_twice_is_refused(clinic: Clinic) -> None:
    observation_id = uuid4()
    with pytest.raises(PartGivenTwice):
        await send(clinic, vitals(observation_id), vitals(observation_id))


async def test_an_observation_of_another_case_is_refused(clinic: Clinic) -> None:
    observation_id = uuid4()
    await send(clinic, vitals(observation_id))
    with pytest.raises(PartGivenTwice):
        await send(clinic, vitals(observation_id))


async def test_vitals_are_rows_of_their_own_with_the_value_sealed_as_entered(clinic: Clinic) -> None:
    case_id = await send(clinic, vitals(), answers())
    (row,) = await ObservationRow.objects().where(ObservationRow.case_id == case_id)
    assert (row.code, row.method, row.measured_at) == ("8867-4", "device", AT.at)
    assert b"71.0" not in row.sealed


async def test_parts_are_added_once(clinic: Clinic) -> None:
    case_id = await send(clinic)
    taken = shot()
    receipt = await add(clinic, case_id, taken.part)
    assert receipt.absent == (taken.part.media.sha256,)
    await arrive(clinic, case_id, taken)
    assert await arrivals_of(clinic, case_id) == [Arrival.HELD]
    events = await CaseEvent.select(CaseEvent.event).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
    assert [row["event"] for row in events][:2] == ["submit", "become-ready"]


async def test_parts_for_a_foreign_case_are_not_found(clinic: Clinic) -> None:
    case_id = await send(clinic)
    patient_id, stranger = await make_patient(clinic.worker, name="Fatu Sesay")
    theirs = msgspec.structs.replace(clinic, patient=stranger, patient_id=patient_id)
    with pytest.raises(NotFound):
        await add(theirs, case_id, shot().part)


async def test_a_withdrawn_case_takes_no_more_parts(clinic: Clinic) -> None:
    case_id = await send(clinic)
    await cases.withdraw_case(clinic.patient, case_id)
    with pytest.raises(CaseEnded):
        await add(clinic, case_id, shot().part)


async def test_a_person_of_another_organisation_sees_nothing_of_it(clinic: Clinic) -> None:
    case_id = await send(clinic)
    elsewhere = msgspec.structs.replace(clinic.reader, organisation_id=uuid4())
    with pytest.raises(NotFound):
        await cases.open_case(elsewhere, case_id)

"""Signing: complete, by the case's reader, with a fresh second factor, once; and amending without overwriting."""

import asyncio
from contextvars import copy_context
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from server.cases import service as cases
from server.cases.lifecycle import Status
from server.cases.service.reviewing import NotLicensedHere, NotYourClaim
from server.cases.service.steps import CaseChanged
from server.cases.tables import Acuity, Delivery, RequestState
from server.core.access import Actor, Role
from server.core.db import engine, transaction
from server.core.faults import Forbidden, NotFound
from server.core.vault import Tampered
from server.identity.faults import SecondFactorRequired
from server.identity.tables import Licence
from server.patients.tables import Patient
from server.reports import service as reports
from server.reports.schemas import AnswerContent, Certainty, Diagnosis
from server.reports.service.codes import UnknownDiagnosis
from server.reports.service.releasing import AnswerReleased
from server.reports.service.signing import SECOND_FACTOR_WITHIN_S, UNDO_WITHIN, NotReleasedYet
from server.reports.tables import AnswerDraft, AnswerVersion
from tests.journeys.waiting import until
from tests.reports.answering import AMENDED, CONTENT
from tests.support.casework import audited, case_of, claimed, jobs, proved_now, request_of, told
from tests.support.clinics import REGION, Clinic, join
from tests.support.people import make_person
from tests.support.platforms import FakeClock


async def sign(clinic: Clinic, case_id: UUID, **options: Any) -> UUID:
    version = (await case_of(clinic, case_id)).version
    return await reports.sign_answer(proved_now(clinic.reader), case_id, CONTENT, version, **options)


async def signed(clinic: Clinic) -> tuple[UUID, UUID]:
    case_id, _ = await claimed(clinic)
    return case_id, await sign(clinic, case_id)


async def test_who_lost_the_licence_since_claiming_signs_nothing(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    await Licence.delete().where(Licence.person_id == clinic.reader.actor_id)
    with pytest.raises(NotLicensedHere):
        await sign(clinic, case_id)
    assert await versions(clinic.reader, case_id) == []


async def released(clinic: Clinic) -> tuple[UUID, UUID]:
    case_id, answer_id = await signed(clinic)
    await reports.release_answer(clinic.organisation_id, answer_id)
    return case_id, answer_id


async def versions(actor: Actor, case_id: UUID) -> list[int]:
    return [each.row.version for each in await reports.answers_of(actor, case_id)]


async def test_signing_answers_the_case_and_releases_a_minute_later(clinic: Clinic, clock: FakeClock) -> None:
    case_id, _ = await claimed(clinic)
    clock.advance(minutes=7)
    answer_id = await sign(clinic, case_id)
    case = await case_of(clinic, case_id)
    assert (case.status, case.delivery) == (Status.ANSWERED, Delivery.PENDING)
    assert (await request_of(clinic, case_id)).state == RequestState.ANSWERED
    (job,) = await jobs("reports.release_answer")
    assert job["answer_id"] == str(answer_id)
    assert (await case_of(clinic, case_id)).status == Status.ANSWERED
    row = await AnswerVersion.objects().first()
    assert row is not None
    assert row.release_at == clock.at + UNDO_WITHIN
    assert row.seconds_to_sign == 7 * 60
    assert b"as written" not in row.sealed
    assert await reports.median_seconds_to_sign(clinic.reader) == 7 * 60


async def test_an_urgent_answer_is_released_at_once(clinic: Clinic, clock: FakeClock) -> None:
    case_id, _ = await claimed(clinic)
    await cases.escalate_case(clinic.reader, case_id, Acuity.URGENT, "")
    await sign(clinic, case_id)
    row = await AnswerVersion.objects().first()
    assert row is not None
    assert row.release_at == clock.at


async def test_signing_needs_a_second_factor_proved_just_now(clinic: Clinic, clock: FakeClock) -> None:
    case_id, _ = await claimed(clinic)
    version = (await case_of(clinic, case_id)).version
    clock.advance(seconds=SECOND_FACTOR_WITHIN_S + 1)
    with pytest.raises(SecondFactorRequired):
        await reports.sign_answer(clinic.reader, case_id, CONTENT, version)
    assert not await AnswerVersion.exists()


async def test_what_was_to_be_signed_outlives_the_proof(clinic: Clinic, clock: FakeClock) -> None:
    """The form is newer than any draft: the page's last save may still be on its way when *Sign* is pressed."""
    case_id, _ = await claimed(clinic)
    await reports.save_draft(clinic.reader, case_id, AnswerContent(findings="half a sen"), 0)
    clock.advance(seconds=SECOND_FACTOR_WITHIN_S + 1)
    with pytest.raises(SecondFactorRequired):
        await reports.sign_answer(clinic.reader, case_id, CONTENT, 1)
    assert (await reports.read_draft(clinic.reader, case_id)).content == CONTENT


@pytest.mark.parametrize("name", ["findings", "plan", "safety_net", "diagnoses"])
async def test_an_incomplete_answer_is_not_signed(clinic: Clinic, name: str) -> None:
    case_id, _ = await claimed(clinic)
    missing = msgspec.structs.replace(CONTENT, **{name: () if name == "diagnoses" else "  "})
    with pytest.raises(reports.AnswerIncomplete) as refused:
        await reports.sign_answer(clinic.reader, case_id, missing, 1)
    assert [each.path for each in refused.value.fields] == [name]


@pytest.mark.parametrize(
    "code, title",
    [
        ("L20", "Atopic dermatitis"),
        ("L209", "Atopic dermatitis, unspecified"),
        ("Z99.99", "Nothing"),
        ("", ""),
        ("L20.9", "Something quite different"),
    ],
)
async def test_only_complete_codes_with_their_own_title_are_signed(clinic: Clinic, code: str, title: str) -> None:
    case_id, _ = await claimed(clinic)
    named = Diagnosis(code=code, title=title, certainty=Certainty.CERTAIN)
    with pytest.raises(UnknownDiagnosis):
        await reports.sign_answer(clinic.reader, case_id, msgspec.structs.replace(CONTENT, diagnoses=(named,)), 1)


async def test_a_form_posted_twice_signs_once(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    first, second = await asyncio.gather(*(sign(clinic, case_id, form_key="form") for _ in range(2)))
    assert first == second
    assert await AnswerVersion.count() == 1
    assert len(await audited("answer:signed")) == 1


async def test_a_case_that_has_changed_since_it_was_opened_is_not_signed(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    with pytest.raises(CaseChanged):
        await reports.sign_answer(clinic.reader, case_id, CONTENT, 1)


async def test_only_the_reader_of_the_case_signs(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    other = await make_person(clinic.reading_id, Role.SPECIALIST, Role.COORDINATOR, licensed_in=(REGION,))
    await join(clinic.pool_id, clinic.reading_id, other)
    with pytest.raises(NotYourClaim):
        await reports.sign_answer(other, case_id, CONTENT, (await case_of(clinic, case_id)).version)


async def test_taking_an_answer_back_restores_the_draft_and_nobody_has_read_it(clinic: Clinic) -> None:
    case_id, answer_id = await signed(clinic)
    assert not await AnswerDraft.exists()
    await reports.void_answer(clinic.reader, answer_id)
    assert (await reports.read_draft(clinic.reader, case_id)).content == CONTENT
    assert (await case_of(clinic, case_id)).status == Status.IN_REVIEW
    await reports.release_answer(clinic.organisation_id, answer_id)
    assert await versions(clinic.patient, case_id) == []
    assert await told() == []
    await sign(clinic, case_id)
    assert await versions(clinic.reader, case_id) == [2]


async def test_a_released_answer_is_not_taken_back(clinic: Clinic) -> None:
    _, answer_id = await released(clinic)
    with pytest.raises(AnswerReleased):
        await reports.void_answer(clinic.reader, answer_id)


async def test_an_answer_is_taken_back_while_its_release_waits_for_the_case(clinic: Clinic) -> None:
    """Both hold the case first: a release that had the answer already would wait here for ever, and this for it."""
    _, answer_id = await signed(clinic)
    case_id = (await reports.read_answer(clinic.reader, answer_id)).row.case_id
    outside = copy_context()
    async with transaction():
        await cases.hold_case(clinic.reader, case_id)
        release = asyncio.create_task(reports.release_answer(clinic.organisation_id, answer_id), context=outside.copy())
        waiting = until(_someone_waits, within_s=10, what="the release to wait for the case")
        await asyncio.create_task(waiting, context=outside.copy())
        await reports.void_answer(proved_now(clinic.reader), answer_id)
    await release
    answer = await AnswerVersion.objects().get(AnswerVersion.id == answer_id)
    assert answer is not None
    assert answer.voided_at is not None
    assert answer.released_at is None


async def _someone_waits() -> bool:
    """Whether a statement waits for a lock; SQLite's second writer waits in this process, before its first one."""
    if engine().engine_type == "sqlite":
        return True
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(cast("list[Any]", await AnswerVersion.raw(waiting)))


async def test_only_who_signed_takes_back(clinic: Clinic) -> None:
    _, answer_id = await signed(clinic)
    other = await make_person(clinic.reading_id, Role.SPECIALIST)
    with pytest.raises(NotFound):
        await reports.void_answer(other, answer_id)


async def test_until_its_release_only_its_author_reads_an_answer(clinic: Clinic) -> None:
    case_id, answer_id = await signed(clinic)
    for actor in (clinic.patient, clinic.worker, clinic.coordinator):
        assert await versions(actor, case_id) == []
        with pytest.raises(NotFound):
            await reports.read_answer(actor, answer_id)
    assert await versions(clinic.reader, case_id) == [1]
    await reports.release_answer(clinic.organisation_id, answer_id)
    for actor in (clinic.patient, clinic.worker, clinic.coordinator):
        assert await versions(actor, case_id) == [1]


async def test_an_answer_is_released_and_told_once(clinic: Clinic) -> None:
    case_id, answer_id = await signed(clinic)
    for _ in range(2):
        await reports.release_answer(clinic.organisation_id, answer_id)
    assert await told() == ["answer-ready"]
    assert len(await audited("answer:released")) == 1
    assert (await case_of(clinic, case_id)).delivery == Delivery.PENDING


async def test_the_patient_s_first_reading_is_the_end_of_its_delivery(clinic: Clinic, clock: FakeClock) -> None:
    case_id, answer_id = await released(clinic)
    clock.advance(hours=1)
    opened = await reports.read_answer(clinic.patient, answer_id)
    assert opened.content == CONTENT
    first_read_at = clock.at
    clock.advance(hours=1)
    await reports.read_answer(clinic.patient, answer_id)
    row = await AnswerVersion.objects().first()
    assert row is not None
    assert row.first_read_at == first_read_at
    assert (await case_of(clinic, case_id)).delivery == Delivery.READ


async def test_an_amendment_stands_beside_the_first_version(clinic: Clinic) -> None:
    case_id, answer_id = await released(clinic)
    amendment_id = await reports.amend_answer(clinic.reader, case_id, AMENDED)
    assert await versions(clinic.patient, case_id) == [1]
    await reports.release_answer(clinic.organisation_id, amendment_id)
    first, second = await reports.answers_of(clinic.patient, case_id)
    assert (first.row.id, first.content) == (answer_id, CONTENT)
    assert (second.content.amendment_reason, second.row.kind) == ("A result came in.", "amendment")
    assert await told() == ["answer-ready", "answer-ready"]


async def test_an_amendment_says_why(clinic: Clinic) -> None:
    case_id, _ = await released(clinic)
    with pytest.raises(reports.AnswerIncomplete) as refused:
        await reports.amend_answer(clinic.reader, case_id, CONTENT)
    assert [each.path for each in refused.value.fields] == ["amendment_reason"]


async def test_an_answer_is_taken_back_rather_than_amended_before_its_release(clinic: Clinic) -> None:
    case_id, _ = await signed(clinic)
    with pytest.raises(NotReleasedYet):
        await reports.amend_answer(clinic.reader, case_id, AMENDED)


async def test_only_who_signed_amends(clinic: Clinic) -> None:
    case_id, _ = await released(clinic)
    other = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=(REGION,))
    with pytest.raises(Forbidden):
        await reports.amend_answer(other, case_id, AMENDED)


async def test_an_amendment_posted_twice_is_one(clinic: Clinic) -> None:
    case_id, _ = await released(clinic)
    made = [await reports.amend_answer(clinic.reader, case_id, AMENDED, form_key="form") for _ in range(2)]
    assert made[0] == made[1]
    assert await AnswerVersion.count() == 2


@pytest.mark.parametrize("column", ["version", "author_id", "signed_at", "signature", "signature_key_id"])
async def test_a_row_that_was_changed_is_not_shown(clinic: Clinic, clock: FakeClock, column: str) -> None:
    case_id, _ = await released(clinic)
    changed = {
        "version": 9,
        "author_id": clinic.worker.actor_id,
        "signed_at": clock.at + timedelta(seconds=1),
        "signature": "A" * 86,
        "signature_key_id": "receipts-000002-0000000000000000",
    }
    await AnswerVersion.update({column: changed[column]}).where(AnswerVersion.case_id == case_id)
    with pytest.raises(Tampered):
        await reports.answers_of(clinic.patient, case_id)


async def test_a_patient_without_a_way_to_be_told_has_the_answer_all_the_same(clinic: Clinic) -> None:
    await Patient.update({Patient.is_deceased: True}).where(Patient.id == clinic.patient_id)
    case_id, _ = await released(clinic)
    assert await told() == []
    assert (await case_of(clinic, case_id)).delivery == Delivery.FAILED
    assert await versions(clinic.coordinator, case_id) == [1]

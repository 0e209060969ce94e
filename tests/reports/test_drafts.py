"""Drafts: saved as typed, by the reader who holds the case, each save over the revision it saw."""

import pytest

from server.cases import service as cases
from server.cases.service.reviewing import NotYourClaim
from server.core.access import Role
from server.core.faults import Conflict, NotFound
from server.reports import service as reports
from server.reports.schemas import AnswerContent
from server.reports.service.drafts import DraftChanged
from server.reports.tables import AnswerDraft
from tests.reports.answering import CONTENT
from tests.support.casework import claimed, request_of, waiting
from tests.support.clinics import REGION, Clinic, join
from tests.support.people import make_person
from tests.support.platforms import FakeClock


async def test_what_was_typed_is_there_again_and_sealed(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    assert (await reports.read_draft(clinic.reader, case_id)).revision == 0
    await reports.save_draft(clinic.reader, case_id, AnswerContent(findings="half a sen"), 0)
    saved = await reports.save_draft(clinic.reader, case_id, CONTENT, 1)
    assert saved.revision == 2
    assert (await reports.read_draft(clinic.reader, case_id)).content == CONTENT
    row = await AnswerDraft.objects().first()
    assert row is not None
    assert b"as written" not in row.sealed


@pytest.mark.parametrize("revision", [0, 2, 7])
async def test_a_save_over_another_revision_is_refused_and_the_first_kept(clinic: Clinic, revision: int) -> None:
    case_id, _ = await claimed(clinic)
    await reports.save_draft(clinic.reader, case_id, CONTENT, 0)
    with pytest.raises(DraftChanged):
        await reports.save_draft(clinic.reader, case_id, AnswerContent(findings="another tab"), revision)
    assert (await reports.read_draft(clinic.reader, case_id)).content == CONTENT


async def test_only_who_holds_the_case_drafts(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    with pytest.raises(NotYourClaim):
        await reports.save_draft(clinic.reader, case_id, CONTENT, 0)
    await cases.claim_case(clinic.reader, case_id)
    other = await make_person(clinic.reading_id, Role.SPECIALIST, Role.COORDINATOR, licensed_in=(REGION,))
    await join(clinic.pool_id, clinic.reading_id, other)
    with pytest.raises(NotYourClaim):
        await reports.save_draft(other, case_id, CONTENT, 0)


async def test_nobody_reads_the_draft_of_another(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    await reports.save_draft(clinic.reader, case_id, CONTENT, 0)
    other = await make_person(clinic.reading_id, Role.SPECIALIST)
    assert (await reports.read_draft(other, case_id)).content == AnswerContent()


async def test_saving_is_a_sign_of_life(clinic: Clinic, clock: FakeClock) -> None:
    case_id, _ = await claimed(clinic)
    clock.advance(minutes=40)
    await reports.save_draft(clinic.reader, case_id, CONTENT, 0)
    assert (await request_of(clinic, case_id)).active_at == clock.at


async def test_a_withdrawn_case_takes_no_draft(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    await cases.withdraw_case(clinic.patient, case_id)
    with pytest.raises((Conflict, NotFound)):
        await reports.save_draft(clinic.reader, case_id, CONTENT, 0)

"""Who reads a case: exactly one of several, released when silent, moved by a coordinator, made more urgent."""

import asyncio

import pytest

from server.cases import service as cases
from server.cases.lifecycle import EventNotAllowed, Status
from server.cases.service.reviewing import (
    MAX_REASON_CHARACTERS,
    SILENT_AFTER,
    NotLicensedHere,
    NotYourClaim,
)
from server.cases.service.steps import CaseChanged
from server.cases.tables import Acuity, CaseEvent, RequestState
from server.contract.case import Topic
from server.core.access import Actor, Role
from server.core.faults import BadInput, Conflict, Forbidden, NotFound
from tests.support.casework import answered, asked, case_of, claimed, request_of, send, status_of, waiting
from tests.support.clinics import REGION, Clinic, join, make_clinic, make_pool, route
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock


async def second_reader(clinic: Clinic, *, licensed_in: tuple[str, ...] = (REGION,)) -> Actor:
    reader = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=licensed_in)
    await join(clinic.pool_id, clinic.reading_id, reader)
    return reader


async def test_of_two_readers_at_once_exactly_one_claims(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    other = await second_reader(clinic)
    outcomes = await asyncio.gather(
        *(cases.claim_case(reader, case_id) for reader in (clinic.reader, other)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Case", "CaseAlreadyClaimed"]
    request = await request_of(clinic, case_id)
    assert request.claimed_by in {clinic.reader.actor_id, other.actor_id}
    assert request.state == RequestState.CLAIMED


async def test_claiming_ones_own_case_again_changes_nothing(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    version = (await case_of(clinic, case_id)).version
    await cases.claim_case(clinic.reader, case_id)
    assert (await case_of(clinic, case_id)).version == version


async def test_a_claim_of_a_version_that_has_passed_is_refused(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    with pytest.raises(CaseChanged):
        await cases.claim_case(clinic.reader, case_id, version=1)


async def test_a_reader_without_a_licence_for_the_place_claims_nothing(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    with pytest.raises(NotLicensedHere):
        await cases.claim_case(await second_reader(clinic, licensed_in=("ES-MD",)), case_id)


async def test_a_reader_of_another_pool_claims_nothing(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    outsider = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=(REGION,))
    with pytest.raises(Forbidden):
        await cases.claim_case(outsider, case_id)


async def test_a_reader_of_another_organisation_does_not_find_it(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    elsewhere = await make_organisation("Somewhere else")
    with pytest.raises(NotFound):
        await cases.claim_case(await make_person(elsewhere.organisation_id, Role.SPECIALIST), case_id)


async def test_releasing_keeps_the_deadline(clinic: Clinic, clock: FakeClock) -> None:
    case_id, _ = await claimed(clinic)
    due_at = (await request_of(clinic, case_id)).due_at
    clock.advance(hours=2)
    await cases.release_case(clinic.reader, case_id)
    request = await request_of(clinic, case_id)
    assert (request.state, request.claimed_by, request.due_at) == (RequestState.WAITING, None, due_at)
    assert await status_of(clinic, case_id) == Status.WAITING


async def test_only_its_reader_or_a_coordinator_releases_a_case(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    with pytest.raises(NotYourClaim):
        await cases.release_case(await second_reader(clinic), case_id)
    await cases.release_case(clinic.coordinator, case_id)
    assert await status_of(clinic, case_id) == Status.WAITING


async def test_what_a_silent_reader_holds_goes_back(clinic: Clinic, clock: FakeClock) -> None:
    case_id, _ = await claimed(clinic)
    clock.advance(seconds=SILENT_AFTER.total_seconds())
    assert await cases.release_silent(clinic.organisation_id) == 0
    clock.advance(seconds=1)
    assert await cases.release_silent(clinic.organisation_id) == 1
    assert await cases.release_silent(clinic.organisation_id) == 0
    assert await status_of(clinic, case_id) == Status.WAITING
    event = await CaseEvent.objects().where(CaseEvent.event == "release").first()
    assert event is not None
    assert event.reason == "reader-silent"


async def test_a_reader_at_work_is_not_silent(clinic: Clinic, clock: FakeClock) -> None:
    case_id, _ = await claimed(clinic)
    clock.advance(minutes=50)
    await cases.open_case(clinic.reader, case_id)
    clock.advance(minutes=50)
    assert await cases.release_silent(clinic.organisation_id) == 0


async def test_nobody_is_silent_while_the_patient_is_asked(clinic: Clinic, clock: FakeClock) -> None:
    await asked(clinic)
    clock.advance(days=3)
    assert await cases.release_silent(clinic.organisation_id) == 0


async def test_a_coordinator_moves_a_case_to_another_pool_and_its_former_readers_see_it_no_more(
    clinic: Clinic,
) -> None:
    case_id, _ = await claimed(clinic)
    elsewhere = await make_organisation("Second Readers")
    other = await make_person(elsewhere.organisation_id, Role.SPECIALIST, licensed_in=(REGION,))
    pool_id = await make_pool(elsewhere.organisation_id, other)
    await route(clinic.organisation_id, pool_id, rank=1)
    await cases.reassign_case(clinic.coordinator, case_id, pool_id)
    await cases.claim_case(other, case_id)
    assert (await cases.open_case(other, case_id)).case.status == Status.IN_REVIEW
    with pytest.raises(NotFound):
        await cases.open_case(clinic.reader, case_id)


async def test_who_answered_before_still_sees_a_case_that_moved_on(clinic: Clinic) -> None:
    case_id = await answered(clinic)
    await cases.reopen_case(clinic.patient, case_id, "patient-asks-again")
    elsewhere = await make_organisation("Second Readers")
    other = await make_person(elsewhere.organisation_id, Role.SPECIALIST, licensed_in=(REGION,))
    pool_id = await make_pool(elsewhere.organisation_id, other)
    await route(clinic.organisation_id, pool_id, rank=1)
    await cases.reassign_case(clinic.coordinator, case_id, pool_id)
    assert (await cases.open_case(clinic.reader, case_id)).case.status == Status.WAITING


async def test_a_pool_without_a_licensed_reader_is_no_choice(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    unlicensed = await make_person(clinic.reading_id, Role.SPECIALIST)
    pool_id = await make_pool(clinic.reading_id, unlicensed)
    await route(clinic.organisation_id, pool_id, rank=1)
    with pytest.raises(BadInput):
        await cases.reassign_case(clinic.coordinator, case_id, pool_id)


async def test_a_pool_that_the_clinic_has_no_agreement_with_never_gets_its_case(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    stranger = await make_clinic()
    with pytest.raises(NotFound):
        await cases.reassign_case(clinic.coordinator, case_id, stranger.pool_id)
    with pytest.raises(NotFound):
        await cases.open_case(stranger.reader, case_id)


async def test_a_case_nobody_can_read_waits_for_its_coordinator(clinic: Clinic) -> None:
    nobody = await make_pool(clinic.reading_id, specialty="wound-care")
    await route(clinic.organisation_id, nobody, specialty="wound-care")
    case_id = await send(clinic, topic=Topic.WOUND)
    assert (await request_of(clinic, case_id)).pool_id is None
    assert [row.case_id for row in await cases.at_risk(clinic.coordinator, cases.Risk.UNROUTABLE)] == [case_id]
    await cases.reassign_case(clinic.coordinator, case_id, clinic.pool_id)
    await cases.claim_case(clinic.reader, case_id)


async def test_escalation_brings_the_deadline_nearer_and_keeps_its_words_sealed(
    clinic: Clinic, clock: FakeClock
) -> None:
    case_id, _ = await waiting(clinic)
    await cases.escalate_case(clinic.coordinator, case_id, Acuity.SOON, "Spreading and painful")
    request = await request_of(clinic, case_id)
    assert (request.acuity, (request.due_at - clock.at).total_seconds()) == (Acuity.SOON, 24 * 3600)
    event = await CaseEvent.objects().where(CaseEvent.event == "escalate").first()
    assert event is not None
    assert event.reason == ""
    assert event.sealed is not None
    assert b"painful" not in event.sealed


async def test_escalation_never_moves_a_deadline_away(clinic: Clinic, clock: FakeClock) -> None:
    case_id, _ = await waiting(clinic)
    due_at = (await request_of(clinic, case_id)).due_at
    clock.advance(hours=71)
    await cases.escalate_case(clinic.coordinator, case_id, Acuity.SOON, "")
    assert (await request_of(clinic, case_id)).due_at == due_at


@pytest.mark.parametrize("acuity", [Acuity.SOON, Acuity.ROUTINE])
async def test_a_case_is_only_made_more_urgent(clinic: Clinic, acuity: Acuity) -> None:
    case_id, _ = await waiting(clinic)
    await cases.escalate_case(clinic.coordinator, case_id, Acuity.SOON, "")
    with pytest.raises(BadInput):
        await cases.escalate_case(clinic.coordinator, case_id, acuity, "")


async def test_a_reason_has_its_length(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    with pytest.raises(BadInput):
        await cases.escalate_case(clinic.coordinator, case_id, Acuity.SOON, "x" * (MAX_REASON_CHARACTERS + 1))


async def test_an_answered_case_cannot_be_claimed(clinic: Clinic) -> None:
    case_id = await answered(clinic)
    with pytest.raises(Conflict):
        await cases.claim_case(clinic.reader, case_id)


async def test_a_step_that_does_not_exist_is_refused(clinic: Clinic) -> None:
    case_id, _ = await waiting(clinic)
    with pytest.raises(EventNotAllowed):
        await cases.close_case(clinic.coordinator, case_id)

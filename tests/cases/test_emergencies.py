"""Breaking the glass: one case, one person, for reading, for a while; told, recorded, reviewed."""

from uuid import UUID, uuid4

import pytest

from server.cases import service as cases
from server.cases.jobs import EndEmergency
from server.cases.queries import OpenForReadingOnly
from server.cases.service.emergency_reviews import AlreadyReviewed
from server.cases.tables import EmergencyOpening
from server.core import vault
from server.core.access import Actor, Purpose, Role
from server.core.access.grants import grant
from server.core.access.tables import Capacity
from server.core.audit.tables import AuditEvent
from server.core.faults import BadInput, Forbidden, NotFound, TooManyRequests
from server.core.notices.tables import NoticeIntent
from server.core.outbox.tables import OutboxJob
from server.identity.faults import SecondFactorRequired
from server.patients import service as patients
from tests.support.clinics import Clinic, answers, make_patient, submission
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock

REASON = "Unconscious in our emergency room, allergies unknown."


@pytest.fixture
async def case_id(clinic: Clinic) -> UUID:
    wanted = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=wanted))
    return wanted


@pytest.fixture
async def far_doctor(clinic: Clinic) -> Actor:
    return await make_person((await make_organisation("Hospital elsewhere")).organisation_id, Role.SPECIALIST)


async def break_glass(actor: Actor, case_id: UUID, minutes: cases.Minutes = 60) -> EmergencyOpening:
    assert await cases.open_in_emergency(actor, str(case_id), REASON, minutes) == case_id
    opening = await cases.own_opening(actor, case_id)
    assert opening is not None
    return opening


async def test_the_case_is_open_and_so_is_what_the_record_warns_of(
    clinic: Clinic, case_id: UUID, far_doctor: Actor
) -> None:
    await patients.add_item(clinic.worker, clinic.patient_id, patients.HealthItemKind.ALLERGY, "Penicillin")
    with pytest.raises(NotFound):
        await cases.open_case(far_doctor, case_id)
    await break_glass(far_doctor, case_id)
    assert (await cases.open_case(far_doctor, case_id)).parts
    assert (await patients.about(far_doctor, clinic.patient_id)).allergies == ("Penicillin",)


async def test_nobody_else_sees_it_and_no_other_case(clinic: Clinic, case_id: UUID, far_doctor: Actor) -> None:
    other_id = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=other_id))
    await break_glass(far_doctor, case_id)
    colleague = await make_person(far_doctor.organisation_id, Role.SPECIALIST)
    for actor, wanted in ((colleague, case_id), (far_doctor, other_id)):
        with pytest.raises(NotFound):
            await cases.open_case(actor, wanted)


async def test_the_same_person_acting_for_another_organisation_does_not(case_id: UUID, far_doctor: Actor) -> None:
    await break_glass(far_doctor, case_id)
    other_place = (await make_organisation("Second job")).organisation_id
    with pytest.raises(NotFound):
        await cases.open_case(_acting_for(far_doctor, other_place), case_id)


async def test_it_is_for_reading_only(case_id: UUID, far_doctor: Actor) -> None:
    await break_glass(far_doctor, case_id)
    with pytest.raises(OpenForReadingOnly):
        await cases.send_message(far_doctor, case_id, "Call me")
    with pytest.raises(OpenForReadingOnly):
        await cases.claim_case(far_doctor, case_id)


async def test_its_reader_is_not_taken_for_the_care_side_of_messages(
    clinic: Clinic, case_id: UUID, far_doctor: Actor
) -> None:
    await cases.send_message(clinic.patient, case_id, "It is spreading")
    await break_glass(far_doctor, case_id)
    await cases.mark_read(far_doctor, case_id)
    assert (await cases.open_case(clinic.worker, case_id)).messages[0].read_at is None


async def test_it_ends_by_itself(case_id: UUID, far_doctor: Actor, clock: FakeClock) -> None:
    opening = await break_glass(far_doctor, case_id, 15)
    clock.advance(minutes=15)
    with pytest.raises(NotFound):
        await cases.open_case(far_doctor, case_id)
    await cases.end_expired(opening.organisation_id, opening.id)
    ended = await _stored(opening)
    assert ended.ended_at == ended.expires_at


async def test_the_job_that_ends_it_is_due_when_it_expires_and_does_nothing_before(
    case_id: UUID, far_doctor: Actor
) -> None:
    opening = await break_glass(far_doctor, case_id)
    job = await OutboxJob.objects().get(OutboxJob.name == EndEmergency.name)
    assert job is not None
    assert job.due_at == opening.expires_at
    await cases.end_expired(opening.organisation_id, opening.id)
    assert (await cases.open_case(far_doctor, case_id)).case.id == case_id


async def test_it_can_be_ended_early_by_whoever_opened_it(case_id: UUID, far_doctor: Actor, clinic: Clinic) -> None:
    opening = await break_glass(far_doctor, case_id)
    with pytest.raises(NotFound):
        await cases.end_emergency(clinic.coordinator, opening.id)
    await cases.end_emergency(far_doctor, opening.id)
    with pytest.raises(NotFound):
        await cases.open_case(far_doctor, case_id)


async def test_the_organisations_key_ends_with_it(case_id: UUID, far_doctor: Actor) -> None:
    opening = await break_glass(far_doctor, case_id)
    await cases.end_emergency(far_doctor, opening.id)
    with pytest.raises(vault.NoSuchVault):
        await vault.key(opening.vault_id, far_doctor.organisation_id)


async def test_the_key_stays_where_the_organisation_reads_otherwise(
    clinic: Clinic, case_id: UUID, far_doctor: Actor
) -> None:
    opening = await break_glass(far_doctor, case_id)
    await grant(
        organisation_id=clinic.organisation_id,
        patient_id=clinic.patient_id,
        grantee_id=far_doctor.organisation_id,
        capacity=Capacity.READER,
        case_id=case_id,
    )
    await cases.end_emergency(far_doctor, opening.id)
    assert (await cases.open_case(far_doctor, case_id)).parts


async def test_every_event_about_the_patient_is_an_emergency_and_no_other_is(
    clinic: Clinic, case_id: UUID, far_doctor: Actor
) -> None:
    _, other_patient = await make_patient(await make_person(far_doctor.organisation_id, Role.CLINIC_WORKER))
    (own,) = await patients.patients_of(other_patient)
    own_case_id = uuid4()
    await cases.submit_case(other_patient, submission(own.patient_id, answers(), case_id=own_case_id))
    opening = await break_glass(far_doctor, case_id)
    await cases.open_case(far_doctor, case_id)
    await cases.open_case(far_doctor, own_case_id)
    await cases.end_emergency(far_doctor, opening.id)
    found = await _events(far_doctor, case_id)
    in_the_clinics_log = {tag for tag, log, _ in found if log == clinic.organisation_id}
    assert in_the_clinics_log == {"emergency:opened", "case:read", "emergency:ended"}
    assert {purpose for _, _, purpose in found} == {Purpose.BREAK_GLASS}
    assert {purpose for _, _, purpose in await _events(far_doctor, own_case_id)} == {Purpose.TREATMENT}


async def test_the_patient_is_told(clinic: Clinic, case_id: UUID, far_doctor: Actor) -> None:
    opening = await break_glass(far_doctor, case_id)
    told = await NoticeIntent.objects().get(NoticeIntent.template == "record-opened")
    assert told is not None
    assert told.patient_id == clinic.patient_id
    assert opening.is_patient_told


@pytest.mark.parametrize(
    "reference", ["", "Kamara", "0192aa00-0000-7000-8000-000000000000", "0192aa00000070008000000000000000"]
)
async def test_a_miss_tells_nothing_and_is_recorded(far_doctor: Actor, reference: str) -> None:
    with pytest.raises(cases.NothingToOpen) as refused:
        await cases.open_in_emergency(far_doctor, reference, REASON, 60)
    assert (refused.value.detail, refused.value.status) == ("", 404)
    assert await AuditEvent.count().where(AuditEvent.tag == "emergency:missed") == 1


async def test_an_erased_case_is_a_miss(clinic: Clinic, case_id: UUID, far_doctor: Actor) -> None:
    await vault.shred(clinic.coordinator, await patients.vault_of(clinic.coordinator, clinic.patient_id))
    with pytest.raises(cases.NothingToOpen):
        await cases.open_in_emergency(far_doctor, str(case_id), REASON, 60)


async def test_references_cannot_be_tried_out(far_doctor: Actor, case_id: UUID, clock: FakeClock) -> None:
    for _ in range(5):
        with pytest.raises(cases.NothingToOpen):
            await cases.open_in_emergency(far_doctor, str(uuid4()), REASON, 60)
    with pytest.raises(TooManyRequests):
        await cases.open_in_emergency(far_doctor, str(case_id), REASON, 60)


async def test_an_address_of_the_case_will_do(case_id: UUID, far_doctor: Actor) -> None:
    address = f" https://care.example/cases/{str(case_id).upper()}?x=1 "
    assert await cases.open_in_emergency(far_doctor, address, REASON, 60) == case_id


async def test_who_sees_the_case_anyway_opens_nothing(clinic: Clinic, case_id: UUID) -> None:
    assert await cases.open_in_emergency(clinic.reader, str(case_id), REASON, 60) == case_id
    assert await EmergencyOpening.count() == 0


async def test_it_takes_a_reason_a_role_and_a_second_factor(
    clinic: Clinic, case_id: UUID, far_doctor: Actor, clock: FakeClock
) -> None:
    with pytest.raises(BadInput):
        await cases.open_in_emergency(far_doctor, str(case_id), "urgent   ", 60)
    with pytest.raises(Forbidden):
        await cases.open_in_emergency(clinic.worker, str(case_id), REASON, 60)
    clock.advance(minutes=6)
    with pytest.raises(SecondFactorRequired):
        await cases.open_in_emergency(far_doctor, str(case_id), REASON, 60)


async def test_the_patients_organisation_reviews_it_once(clinic: Clinic, case_id: UUID, far_doctor: Actor) -> None:
    opening = await break_glass(far_doctor, case_id)
    await cases.open_case(far_doctor, case_id)
    auditor = await make_person(clinic.organisation_id, Role.AUDITOR)
    assert await cases.openings_to_review(auditor) == 1
    (card,) = await cases.list_openings(auditor)
    assert (card.reason, card.events, card.is_live) == (REASON, 2, True)
    await cases.review_opening(auditor, opening.id, cases.ReviewOutcome.JUSTIFIED, "The hospital called us.")
    with pytest.raises(AlreadyReviewed):
        await cases.review_opening(clinic.coordinator, opening.id, cases.ReviewOutcome.UNJUSTIFIED, "No.")
    (card,) = await cases.list_openings(clinic.coordinator)
    assert (card.outcome, card.note, card.reviewed_by) == ("justified", "The hospital called us.", auditor.actor_id)
    assert await cases.openings_to_review(auditor) == 0


async def test_what_was_not_justified_ends_at_once(clinic: Clinic, case_id: UUID, far_doctor: Actor) -> None:
    opening = await break_glass(far_doctor, case_id)
    await cases.review_opening(clinic.coordinator, opening.id, cases.ReviewOutcome.UNJUSTIFIED, "Curiosity.")
    with pytest.raises(NotFound):
        await cases.open_case(far_doctor, case_id)


async def test_no_other_organisation_reviews_it(clinic: Clinic, case_id: UUID, far_doctor: Actor) -> None:
    """Neither the person's own, nor the one that reads the case and so sees what hangs on it."""
    opening = await break_glass(far_doctor, case_id)
    for organisation_id in (far_doctor.organisation_id, clinic.reading_id):
        coordinator = await make_person(organisation_id, Role.COORDINATOR)
        assert await cases.list_openings(coordinator) == []
        with pytest.raises(NotFound):
            await cases.review_opening(coordinator, opening.id, cases.ReviewOutcome.JUSTIFIED, "Fine.")


async def test_nobody_reviews_their_own(clinic: Clinic, case_id: UUID, far_doctor: Actor) -> None:
    opening = await break_glass(far_doctor, case_id)
    as_coordinator = _acting_for(far_doctor, clinic.organisation_id, Role.COORDINATOR)
    with pytest.raises(Forbidden):
        await cases.review_opening(as_coordinator, opening.id, cases.ReviewOutcome.JUSTIFIED, "I was right.")


def _acting_for(actor: Actor, organisation_id: UUID, role: Role = Role.SPECIALIST) -> Actor:
    return Actor(actor_id=actor.actor_id, kind=actor.kind, organisation_id=organisation_id, roles=frozenset({role}))


async def _stored(opening: EmergencyOpening) -> EmergencyOpening:
    row = await EmergencyOpening.objects().get(EmergencyOpening.id == opening.id)
    assert row is not None
    return row


async def _events(actor: Actor, case_id: UUID) -> list[tuple[str, UUID, str]]:
    rows = await (
        AuditEvent.objects()
        .where(AuditEvent.actor_id == actor.actor_id, AuditEvent.subject_id == case_id)
        .order_by(AuditEvent.id)
    )
    return [(row.tag, row.organisation_id, row.purpose) for row in rows]

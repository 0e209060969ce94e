"""An answer's way back fails by itself: the case stays answered, and the coordinator sees whom to call."""

from uuid import UUID, uuid4

import msgspec
import pytest

from server.cases import service as cases
from server.cases.tables import Case, Delivery
from server.core.access import Role
from server.core.faults import NotFound
from server.core.notices.attempts import MAX_ATTEMPTS_PER_WAY
from server.core.notices.channels import Deferred
from server.core.notices.delivery import deliver
from server.core.notices.jobs import NoticeSettled
from server.core.notices.schemas import ChannelKind, Message
from server.core.notices.tables import NoticeIntent
from server.core.outbox.tables import OutboxJob
from server.reports import service as reports
from tests.access.world import ANSWER
from tests.support.clinics import Clinic, answers, submission
from tests.support.people import make_person
from tests.support.platforms import FakeClock
from workers.notices import follow_notice


class Far:
    """A gateway that takes everything, or nothing ever."""

    kind = ChannelKind.SMS

    def __init__(self, *, takes: bool) -> None:
        self._takes = takes

    async def deliver(self, message: Message) -> str:
        if not self._takes:
            raise Deferred("gateway-down")
        return "reference"

    async def ask(self, message: Message) -> str | None:
        return None


@pytest.fixture
async def case_id(clinic: Clinic) -> UUID:
    """Answered and released; the notice has not left."""
    wanted = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers(), case_id=wanted))
    case = await cases.claim_case(clinic.reader, wanted)
    answer_id = await reports.sign_answer(clinic.reader, wanted, ANSWER, case.version)
    await reports.release_answer(clinic.organisation_id, answer_id)
    return wanted


async def fare(clinic: Clinic, clock: FakeClock, *, takes: bool) -> None:
    """Try the newest notice about an answer to its end, and let the outbox carry the end to the case."""
    notice = await (
        NoticeIntent.objects()
        .where(NoticeIntent.template == cases.ANSWER_NOTICE)
        .order_by(NoticeIntent.id, ascending=False)
        .first()
    )
    assert notice is not None
    for _ in range(MAX_ATTEMPTS_PER_WAY + 1):
        clock.advance(hours=2)
        await deliver(notice.id, {ChannelKind.SMS: Far(takes=takes)})
    for job in await OutboxJob.objects().where(OutboxJob.name == NoticeSettled.name):
        await follow_notice(msgspec.json.decode(job.payload, type=NoticeSettled))


async def delivery_of(case_id: UUID) -> tuple[str, str]:
    case = await Case.objects().get(Case.id == case_id)
    assert case is not None
    return case.status, case.delivery


async def test_a_notice_that_left_says_so_on_the_case(clinic: Clinic, case_id: UUID, clock: FakeClock) -> None:
    assert await delivery_of(case_id) == ("answered", Delivery.PENDING)
    await fare(clinic, clock, takes=True)
    assert await delivery_of(case_id) == ("answered", Delivery.NOTIFIED)
    assert await cases.unreached(clinic.coordinator) == []


async def test_a_notice_whose_every_attempt_failed_is_shown_to_the_coordinator(
    clinic: Clinic, case_id: UUID, clock: FakeClock
) -> None:
    await fare(clinic, clock, takes=False)
    assert await delivery_of(case_id) == ("answered", Delivery.FAILED)
    (row,) = await cases.unreached(clinic.coordinator)
    assert (row.case_id, row.patient_id) == (case_id, clinic.patient_id)
    assert (await cases.risk_counts(clinic.coordinator))[cases.Risk.UNREACHED] == 1


async def test_the_coordinator_of_the_readers_has_no_patients_to_call(
    clinic: Clinic, case_id: UUID, clock: FakeClock
) -> None:
    await fare(clinic, clock, takes=False)
    coordinator = await make_person(clinic.reading_id, Role.COORDINATOR)
    assert await cases.unreached(coordinator) == []
    with pytest.raises(NotFound):
        await cases.note_told(coordinator, case_id)


async def test_an_answer_that_was_read_is_not_made_unread(clinic: Clinic, case_id: UUID, clock: FakeClock) -> None:
    (answer,) = await reports.answers_of(clinic.patient, case_id)
    await reports.read_answer(clinic.patient, answer.row.id)
    await fare(clinic, clock, takes=False)
    assert (await delivery_of(case_id))[1] == Delivery.READ


async def test_whoever_was_told_by_hand_is_off_the_list(clinic: Clinic, case_id: UUID, clock: FakeClock) -> None:
    await fare(clinic, clock, takes=False)
    await cases.note_told(clinic.coordinator, case_id)
    assert await cases.unreached(clinic.coordinator) == []
    assert (await delivery_of(case_id))[1] == Delivery.NOTIFIED


async def test_the_message_is_sent_again_and_the_newest_notice_counts(
    clinic: Clinic, case_id: UUID, clock: FakeClock
) -> None:
    await fare(clinic, clock, takes=False)
    assert await cases.tell_again(clinic.coordinator, case_id)
    assert (await delivery_of(case_id))[1] == Delivery.PENDING
    await fare(clinic, clock, takes=True)
    assert (await delivery_of(case_id))[1] == Delivery.NOTIFIED

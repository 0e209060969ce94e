"""Pages of the queue: what will be late first comes first, nothing twice, nothing missing, whatever happens between."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from server.cases import service as cases
from server.cases.queue import PAGE_ROWS, waiting_page
from server.cases.tables import Acuity, Case, RequestState, ReviewRequest
from server.core.access import Role
from server.core.ids import new_id
from server.core.platform import now
from tests.support.casework import claimed, waiting
from tests.support.clinics import Clinic, join
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock


async def fill(clinic: Clinic, due: Sequence[datetime], pool_id: UUID | None = None) -> list[UUID]:
    """Requests of the reading organisation's own cases, as a page of the queue needs them."""
    at = now()
    made: list[UUID] = []
    for due_at in due:
        case = Case(
            id=new_id(),
            recorded_at=at,
            organisation_id=clinic.reading_id,
            patient_id=clinic.patient_id,
            vault_id=uuid4(),
            submitted_by=clinic.patient.actor_id,
            acuity=Acuity.ROUTINE,
            status="waiting",
            happened_at=at,
            zone="UTC",
            received_at=at,
            changed_at=at,
        )
        request = ReviewRequest(
            id=new_id(),
            recorded_at=at,
            organisation_id=clinic.reading_id,
            case_id=case.id,
            patient_id=case.patient_id,
            pool_id=pool_id or clinic.pool_id,
            state=RequestState.WAITING,
            acuity=Acuity.ROUTINE,
            opened_at=at,
            due_at=due_at,
        )
        await Case.insert(case)
        await ReviewRequest.insert(request)
        made.append(request.id)
    return made


async def walk(clinic: Clinic, pool_ids: Sequence[UUID]) -> list[UUID]:
    seen: list[UUID] = []
    page = await waiting_page(clinic.reader, pool_ids)
    seen += [row.request_id for row in page.rows]
    while page.next:
        page = await waiting_page(clinic.reader, pool_ids, page.next)
        seen += [row.request_id for row in page.rows]
    return seen


async def test_pages_show_each_request_once_in_the_order_of_deadlines_also_where_they_tie(
    clinic: Clinic, clock: FakeClock
) -> None:
    due = [clock.at + timedelta(hours=hour // 7) for hour in range(2 * PAGE_ROWS + 5)]
    made = await fill(clinic, due)
    assert await walk(clinic, [clinic.pool_id]) == made


async def test_several_pools_are_one_queue(clinic: Clinic, clock: FakeClock) -> None:
    other = uuid4()
    hours = [clock.at + timedelta(hours=hour) for hour in range(2 * PAGE_ROWS)]
    even = await fill(clinic, hours[::2])
    odd = await fill(clinic, hours[1::2], other)
    expected = [each for pair in zip(even, odd, strict=True) for each in pair]
    assert await walk(clinic, [clinic.pool_id, other]) == expected


async def test_a_request_claimed_between_two_pages_is_not_missed_by_the_others(
    clinic: Clinic, clock: FakeClock
) -> None:
    made = await fill(clinic, [clock.at + timedelta(hours=hour) for hour in range(PAGE_ROWS + 5)])
    first = await waiting_page(clinic.reader, [clinic.pool_id])
    taken = {made[3], made[PAGE_ROWS - 1], made[PAGE_ROWS + 1]}
    await ReviewRequest.update({ReviewRequest.state: RequestState.CLAIMED}).where(ReviewRequest.id.is_in(list(taken)))
    second = await waiting_page(clinic.reader, [clinic.pool_id], first.next)
    assert [row.request_id for row in second.rows] == [each for each in made[PAGE_ROWS:] if each not in taken]
    assert second.next is None


async def test_a_full_last_page_is_followed_by_none(clinic: Clinic, clock: FakeClock) -> None:
    await fill(clinic, [clock.at] * PAGE_ROWS)
    page = await waiting_page(clinic.reader, [clinic.pool_id])
    assert len(page.rows) == PAGE_ROWS
    assert page.next is None


async def test_no_pool_is_an_empty_queue(clinic: Clinic) -> None:
    await waiting(clinic)
    assert await waiting_page(clinic.reader, []) == cases.QueuePage(rows=(), next=None)


async def test_a_foreign_pool_shows_nothing(clinic: Clinic) -> None:
    await waiting(clinic)
    elsewhere = await make_organisation("Somewhere else")
    stranger = await make_person(elsewhere.organisation_id, Role.SPECIALIST)
    assert (await waiting_page(stranger, [clinic.pool_id])).rows == ()


async def test_ones_own_claims_are_listed_apart(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    other = await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=("SL-W",))
    await join(clinic.pool_id, clinic.reading_id, other)
    assert [row.case_id for row in await cases.claimed_rows(clinic.reader)] == [case_id]
    assert await cases.claimed_rows(other) == ()
    assert (await waiting_page(other, [clinic.pool_id])).rows == ()

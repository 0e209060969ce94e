"""Routing: the best-ranked open pool for organisation, specialty, region and language that has a licensed reader."""

from uuid import UUID

import msgspec

from server.cases import service as cases
from server.cases.tables import Case, Pool, PoolMember, PoolRoute
from server.contract.case import CaseSubmission, Topic
from server.core.access import Role
from server.core.access.tables import AccessGrant
from tests.support.casework import request_of, send
from tests.support.clinics import Clinic, answers, make_pool, route, submission
from tests.support.people import make_person
from tests.support.platforms import FakeClock


async def licensed_pool(clinic: Clinic, region: str = "SL-W") -> UUID:
    return await make_pool(
        clinic.reading_id, await make_person(clinic.reading_id, Role.SPECIALIST, licensed_in=(region,))
    )


async def pool_of(clinic: Clinic, case_id: UUID) -> UUID | None:
    return (await request_of(clinic, case_id)).pool_id


async def test_the_lower_rank_comes_first(clinic: Clinic) -> None:
    better = await licensed_pool(clinic)
    await route(clinic.organisation_id, better, rank=-1)
    assert await pool_of(clinic, await send(clinic)) == better


async def test_a_closed_pool_is_passed_over(clinic: Clinic) -> None:
    closed = await licensed_pool(clinic)
    await route(clinic.organisation_id, closed, rank=-1)
    await Pool.update({Pool.is_open: False}).where(Pool.id == closed)
    assert await pool_of(clinic, await send(clinic)) == clinic.pool_id


async def test_a_pool_whose_readers_hold_no_licence_for_the_place_is_passed_over(clinic: Clinic) -> None:
    foreign = await licensed_pool(clinic, "ES-MD")
    await route(clinic.organisation_id, foreign, rank=-1)
    assert await pool_of(clinic, await send(clinic)) == clinic.pool_id


async def test_a_pool_whose_readers_have_left_is_passed_over(clinic: Clinic, clock: FakeClock) -> None:
    left = await licensed_pool(clinic)
    await route(clinic.organisation_id, left, rank=-1)
    await PoolMember.update({PoolMember.ends_at: clock.at}).where(PoolMember.pool_id == left)
    assert await pool_of(clinic, await send(clinic)) == clinic.pool_id


async def test_region_and_language_of_a_route_must_match(clinic: Clinic) -> None:
    pools = [await licensed_pool(clinic) for _ in range(4)]
    await route(clinic.organisation_id, pools[0], region="SL-E", rank=-4)
    await route(clinic.organisation_id, pools[1], language="es", rank=-3)
    await route(clinic.organisation_id, pools[2], region="SL-W", language="en", rank=-2)
    assert await pool_of(clinic, await send(clinic)) == pools[2]
    spanish = msgspec.structs.replace(
        msgspec.json.decode(submission(clinic.patient_id, answers()), type=CaseSubmission), language="es"
    )
    receipt = await cases.submit_case(clinic.patient, msgspec.json.encode(spanish))
    assert await pool_of(clinic, receipt.case_id) == pools[1]


async def test_each_topic_goes_to_its_specialty(clinic: Clinic) -> None:
    wounds = await licensed_pool(clinic)
    await route(clinic.organisation_id, wounds, specialty="wound-care")
    assert await pool_of(clinic, await send(clinic, topic=Topic.WOUND)) == wounds
    assert await pool_of(clinic, await send(clinic, topic=Topic.LESION)) == clinic.pool_id


async def test_routes_of_another_organisation_do_not_count(clinic: Clinic) -> None:
    await PoolRoute.update({PoolRoute.organisation_id: clinic.reading_id}).where(PoolRoute.pool_id == clinic.pool_id)
    assert await pool_of(clinic, await send(clinic)) is None


async def test_the_reading_organisation_may_read_the_case_and_only_it(clinic: Clinic) -> None:
    case_id, other_id = await send(clinic), await send(clinic, topic=Topic.WOUND)
    assert (await cases.open_case(clinic.reader, case_id)).case.id == case_id
    grants = await AccessGrant.objects().where(AccessGrant.grantee_id == clinic.reading_id)
    assert [grant.case_id for grant in grants] == [case_id]
    assert await Case.exists().where(Case.id == other_id)

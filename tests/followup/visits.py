"""Visits of one lesion as phones send them, and what the workers say of two."""

import os
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

from server.cases import service as cases
from server.contract.case import Topic, View
from server.core.outbox.tables import OutboxJob
from server.followup import service as followup
from server.followup.jobs import ComparePhotographs
from server.followup.schemas import AreaChange, Comparison, OutlinedLesion
from tests.support.casework import PREPARED, Shot, arrive, send
from tests.support.clinics import AT, Clinic, photograph

SQUARE = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))
FOUND = Comparison(
    version="test/1",
    earlier=OutlinedLesion(SQUARE),
    later=OutlinedLesion(SQUARE),
    matrix=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    confidence=0.9,
    change=AreaChange(1.3, 0.04, is_claimed=True),
)


class Visited(msgspec.Struct, frozen=True):
    case_id: UUID
    part_id: UUID


async def visit(
    clinic: Clinic,
    lesion_id: UUID | None,
    view: View = View.CLOSE_STRAIGHT,
    *,
    days_ago: int = 0,
    prepared: cases.Prepared = PREPARED,
) -> Visited:
    """A case of one prepared photograph of the lesion."""
    taken = _taken(lesion_id, view, days_ago)
    return Visited(await _arrived(clinic, taken, prepared=prepared), taken.id)


async def visit_of_two(clinic: Clinic, lesion_id: UUID) -> tuple[UUID, UUID]:
    """A case of two prepared photographs of the lesion."""
    first, second = _taken(lesion_id, View.CLOSE_STRAIGHT, 0), _taken(lesion_id, View.CLOSE_STRAIGHT, 0)
    await _arrived(clinic, first, second)
    return first.id, second.id


def _taken(lesion_id: UUID | None, view: View, days_ago: int) -> Shot:
    content = os.urandom(300)
    taken_at = msgspec.structs.replace(AT, at=AT.at - timedelta(days=days_ago))
    part = msgspec.structs.replace(photograph(content, view=view), lesion_id=lesion_id, taken_at=taken_at)
    return Shot(part=part, content=content)


async def _arrived(clinic: Clinic, *shots: Shot, prepared: cases.Prepared = PREPARED) -> UUID:
    case_id = await send(clinic, *(each.part for each in shots), topic=Topic.LESION)
    for each in shots:
        await arrive(clinic, case_id, each)
        await cases.record_prepared(clinic.organisation_id, each.id, prepared)
    return case_id


async def two_visits(clinic: Clinic) -> tuple[Visited, Visited]:
    lesion_id = uuid4()
    return await visit(clinic, lesion_id, days_ago=30), await visit(clinic, lesion_id)


async def compare(clinic: Clinic, earlier: Visited, later: Visited, found: Comparison = FOUND) -> bool:
    """What the actor does; whether there was anything to do."""
    ids = (clinic.organisation_id, earlier.part_id, later.part_id)
    pair = await followup.pair_to_compare(*ids, found.version)
    if pair is None:
        return False
    await followup.record_comparison(*ids, pair, found)
    return True


async def planned() -> int:
    """How many comparisons wait for the workers."""
    return len(await _jobs())


async def planned_pairs() -> set[tuple[UUID, UUID]]:
    """Which, as the earlier and the later photograph."""
    asked = [msgspec.json.decode(job.payload, type=ComparePhotographs) for job in await _jobs()]
    return {(job.earlier_part_id, job.later_part_id) for job in asked}


async def _jobs() -> list[OutboxJob]:
    return await OutboxJob.objects().where(OutboxJob.name == ComparePhotographs.name)

"""Where people may practise: kept by administrators, asked for the patient's place at the time."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import BadInput, NotFound
from server.core.platform import now
from server.identity import queries
from server.identity.regions import covering
from server.identity.schemas import LicenceCard
from server.identity.tables import Licence


async def licences_of(person_id: UUID, at: datetime) -> frozenset[str]:
    """The regions a person is licensed for at an instant (on its UTC day)."""
    rows = await Licence.select(Licence.region).where(Licence.person_id == person_id).where(_holds_on(at.date()))
    return frozenset(row["region"] for row in rows)


async def licensed_for(person_ids: Collection[UUID], region: str, at: datetime) -> list[UUID]:
    """Those of the people who may treat a patient in `region` at an instant (on its UTC day), in the order given."""
    return await licensed_on(person_ids, region, at.date())


async def licensed_on(person_ids: Collection[UUID], region: str, day: date) -> list[UUID]:
    """Those of the people who may treat a patient in `region` on a day of its calendar, in the order given."""
    if not person_ids:
        return []
    rows = (
        await Licence.select(Licence.person_id)
        .where(Licence.person_id.is_in(list(person_ids)))
        .where(Licence.region.is_in(covering(region)))
        .where(_holds_on(day))
    )
    licensed = {row["person_id"] for row in rows}
    return [person_id for person_id in person_ids if person_id in licensed]


async def licence_days(person_id: UUID, region: str) -> list[tuple[date, date]]:
    """From which to which day the person's licences for `region` hold, both included, for asking about many days."""
    rows = (
        await Licence.select(Licence.starts_on, Licence.ends_on)
        .where(Licence.person_id == person_id)
        .where(Licence.region.is_in(covering(region)))
    )
    return [(row["starts_on"], row["ends_on"] or date.max) for row in rows]


async def licences(actor: Actor, person_id: UUID) -> list[LicenceCard]:
    """Every licence that the actor's organisation recorded for the person, past ones too."""
    authorize(actor, Action.PEOPLE_READ)
    await queries.get_member(actor, person_id)
    rows = (
        await scoped(actor, Licence)
        .objects()
        .where(Licence.person_id == person_id)
        .order_by(Licence.region)
        .order_by(Licence.starts_on)
    )
    return [
        LicenceCard(licence_id=row.id, region=row.region, starts_on=row.starts_on, ends_on=row.ends_on) for row in rows
    ]


async def add_licence(actor: Actor, person_id: UUID, region: str, starts_on: date, ends_on: date | None) -> None:
    """Record a licence; `ends_on` is the last day it holds."""
    authorize(actor, Action.PEOPLE_MANAGE)
    await queries.get_member(actor, person_id)
    if ends_on is not None and ends_on < starts_on:
        raise BadInput("A licence cannot end before it starts.")
    async with transaction():
        await record_licence(actor.organisation_id, person_id, region, starts_on, ends_on)
        await audit.record(actor, "licence:added", subject_id=person_id, detail={"region": region})


async def record_licence(
    organisation_id: UUID, person_id: UUID, region: str, starts_on: date, ends_on: date | None = None
) -> None:
    """Write a licence inside the caller's transaction (the demo's, and `add_licence`'s)."""
    await Licence(
        recorded_at=now(),
        organisation_id=organisation_id,
        person_id=person_id,
        region=region,
        starts_on=starts_on,
        ends_on=ends_on,
    ).save()


async def end_licence(actor: Actor, licence_id: UUID) -> None:
    """Withdraw a licence at once: it does not hold today any more."""
    authorize(actor, Action.PEOPLE_MANAGE)
    async with transaction():
        licence = await scoped(actor, Licence).objects().get(Licence.id == licence_id)
        if licence is None:
            raise NotFound
        last_day = min(_day_before(now().date()), licence.ends_on or date.max)
        await scoped(actor, Licence).update({Licence.ends_on: last_day}).where(Licence.id == licence_id)
        await audit.record(actor, "licence:ended", subject_id=licence.person_id, detail={"region": licence.region})


def _holds_on(day: date) -> Any:
    return (Licence.starts_on <= day) & (Licence.ends_on.is_null() | (Licence.ends_on >= day))


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)

"""Organisations: looked up by every slice, set up by the demo and the command line."""

from uuid import UUID

from server.core import audit
from server.core.access import system_actor
from server.core.db import transaction
from server.core.faults import NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.identity.schemas import OrganisationCard
from server.identity.tables import Organisation, OrganisationKind


async def organisation(organisation_id: UUID) -> OrganisationCard:
    """The organisation; NotFound if there is none."""
    row = await Organisation.objects().get(Organisation.id == organisation_id)
    if row is None:
        raise NotFound
    return _card(row)


async def organisations(kind: OrganisationKind | None = None) -> list[OrganisationCard]:
    """Every organisation by name, or those that do what `kind` says (who does both is among each)."""
    query = Organisation.objects().order_by(Organisation.name)
    if kind is not None:
        query = query.where(Organisation.kind.is_in([kind.value, OrganisationKind.BOTH.value]))
    return [_card(row) for row in await query]


async def bootstrap_organisation(
    *,
    name: str,
    kind: OrganisationKind,
    zone: str,
    region: str,
    languages: tuple[str, ...],
    is_demo: bool = False,
) -> OrganisationCard:
    """Set up an organisation; nobody is in it yet (`invite_first_administrator`)."""
    row = Organisation(
        id=new_id(),
        recorded_at=now(),
        name=name,
        kind=kind,
        zone=zone,
        region=region,
        languages=" ".join(languages),
        is_demo=is_demo,
    )
    async with transaction():
        await row.save()
        await audit.record(system_actor(row.id), "organisation:made", subject_id=row.id)
    return _card(row)


def _card(row: Organisation) -> OrganisationCard:
    return OrganisationCard(
        organisation_id=row.id,
        name=row.name,
        kind=OrganisationKind(row.kind),
        zone=row.zone,
        region=row.region,
        languages=tuple(row.languages.split()),
        is_demo=row.is_demo,
    )

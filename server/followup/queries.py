"""Every select on outlines and comparisons; each takes the actor."""

from collections.abc import Iterable
from uuid import UUID

from server.core.access import Actor
from server.core.db import scoped
from server.followup.tables import LesionOutline, SiteComparison


async def newest_outlines(actor: Actor, part_ids: Iterable[UUID]) -> dict[UUID, LesionOutline]:
    """The newest outline that a person drew, for each photograph that has one."""
    wanted = list(part_ids)
    if not wanted:
        return {}
    rows = scoped(actor, LesionOutline).objects().where(LesionOutline.part_id.is_in(wanted))
    return {row.part_id: row for row in await rows.order_by(LesionOutline.version)}


async def find_comparison(actor: Actor, earlier: tuple[UUID, int], later: tuple[UUID, int]) -> SiteComparison | None:
    """The newest comparison of two photographs with those outline versions."""
    rows = scoped(actor, SiteComparison).objects().where(SiteComparison.later_part_id == later[0])
    rows = rows.where(SiteComparison.earlier_part_id == earlier[0])
    rows = rows.where(SiteComparison.earlier_version == earlier[1]).where(SiteComparison.later_version == later[1])
    return await rows.order_by(SiteComparison.id, ascending=False).first()

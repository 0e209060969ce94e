"""The fleet's selects. Those of a verb take its actor; the ones of a code and of what expires run for nobody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec

from server.contract.fleet import KioskSettings
from server.core.access import Actor
from server.core.db import platform_wide, scoped
from server.core.faults import NotFound
from server.fleet.schemas import Group, Thresholds
from server.fleet.tables import Claim, Kiosk, KioskAlert, KioskGroup, KioskLog, KioskPlace, KioskToken


async def claim_by_code(code_hash: bytes) -> Claim | None:
    """The claim of a code, in whichever organisation."""
    with platform_wide():
        return await Claim.objects().where(Claim.code_hash == code_hash).first()


async def groups_of_everyone() -> list[KioskGroup]:
    """Every organisation's groups, for the watch over silence."""
    with platform_wide():
        return await KioskGroup.objects().order_by(KioskGroup.id)


async def forget_tokens(before: datetime) -> None:
    with platform_wide():
        await KioskToken.delete().where(KioskToken.forget_at < before)


async def forget_places(before: datetime) -> None:
    """Those whose code nobody used in its time."""
    with platform_wide():
        await KioskPlace.delete().where(KioskPlace.taken_at.is_null()).where(KioskPlace.expires_at <= before)


async def expired_logs(at: datetime, limit: int) -> list[KioskLog]:
    with platform_wide():
        return await KioskLog.objects().where(KioskLog.expires_at <= at).order_by(KioskLog.id).limit(limit)


async def forget_log(log_id: UUID) -> None:
    with platform_wide():
        await KioskLog.delete().where(KioskLog.id == log_id)


async def get_kiosk(actor: Actor, kiosk_id: UUID) -> Kiosk:
    """A kiosk of the actor's organisation; NotFound for every other."""
    kiosk = await scoped(actor, Kiosk).objects().where(Kiosk.id == kiosk_id).first()
    if kiosk is None:
        raise NotFound
    return kiosk


async def get_claim(actor: Actor, claim_id: UUID) -> Claim:
    claim = await scoped(actor, Claim).objects().where(Claim.id == claim_id).first()
    if claim is None:
        raise NotFound
    return claim


async def get_group(actor: Actor, group_id: UUID) -> Group:
    row = await scoped(actor, KioskGroup).objects().where(KioskGroup.id == group_id).first()
    if row is None:
        raise NotFound
    return group_of(row)


async def groups(actor: Actor) -> list[Group]:
    """Those of the actor's organisation, by name."""
    rows = await scoped(actor, KioskGroup).objects().order_by(KioskGroup.name)
    return [group_of(row) for row in rows]


async def open_alerts(actor: Actor, kiosk_id: UUID) -> list[KioskAlert]:
    rows = scoped(actor, KioskAlert).objects().where(KioskAlert.kiosk_id == kiosk_id)
    return await rows.where(KioskAlert.cleared_at.is_null())


async def place_at(actor: Actor, kiosk_id: UUID, place_id: UUID) -> KioskPlace:
    """A place at that kiosk, taken or not; NotFound for every other."""
    row = (KioskPlace.id == place_id) & (KioskPlace.kiosk_id == kiosk_id)
    place = await scoped(actor, KioskPlace).objects().where(row).first()
    if place is None:
        raise NotFound
    return place


async def places(actor: Actor, clause: Any) -> list[KioskPlace]:
    """Those of the clause that somebody has taken and nobody ended, the last first."""
    standing = KioskPlace.taken_at.is_not_null() & KioskPlace.ended_at.is_null()
    return await scoped(actor, KioskPlace).objects().where(clause & standing).order_by(KioskPlace.id, ascending=False)


async def kiosks_of(actor: Actor, kiosk_ids: Sequence[UUID]) -> dict[UUID, Kiosk]:
    if not kiosk_ids:
        return {}
    rows = await scoped(actor, Kiosk).objects().where(Kiosk.id.is_in(list(kiosk_ids)))
    return {row.id: row for row in rows}


async def count_kiosks(actor: Actor, clause: Any) -> int:
    """How many of the organisation's kiosks the clause finds."""
    return cast("int", await scoped(actor, Kiosk).count().where(clause))


async def names_of_groups(actor: Actor, group_ids: Sequence[UUID]) -> dict[UUID, str]:
    if not group_ids:
        return {}
    query = scoped(actor, KioskGroup).select(KioskGroup.id, KioskGroup.name)
    rows = await query.where(KioskGroup.id.is_in(list(group_ids)))
    return {row["id"]: row["name"] for row in rows}


def group_of(row: KioskGroup) -> Group:
    return group_from(row.to_dict())


def group_from(values: Mapping[str, Any]) -> Group:
    """Of the table's columns by their names; how many kiosks it has is not among them."""
    return Group(
        group_id=values["id"],
        name=values["name"],
        version=values["version"],
        settings=msgspec.json.decode(values["settings"], type=KioskSettings),
        thresholds=msgspec.json.decode(values["thresholds"], type=Thresholds),
        program_wanted_at=values["program_wanted_at"],
        program_before=values["program_before"],
        stage_percent=values["stage_percent"],
        halted_at=values["halted_at"],
    )

"""The fleet's selects. Those of a verb take its actor; the ones of a kiosk's key run before anyone is known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec

from server.contract.fleet import KioskSettings
from server.core.access import Actor
from server.core.db import platform_wide, scoped
from server.core.faults import NotFound
from server.core.platform import now
from server.fleet.schemas import Group, Thresholds
from server.fleet.tables import Claim, Kiosk, KioskAlert, KioskGroup, KioskLog, KioskState, KioskToken

# One query for each request of a kiosk: whatever was revoked binds the next one.
_HOLDER = """
SELECT k."id", k."organisation_id" FROM "kiosk_token" t JOIN "kiosk" k ON k."id" = t."kiosk_id"
WHERE t."token_hash" = {} AND t."ends_at" > {} AND k."state" = {}
"""


class Holder(msgspec.Struct, frozen=True):
    kiosk_id: UUID
    organisation_id: UUID


async def holder_of(token_hash: bytes) -> Holder | None:
    """Whose token it is, while neither time nor an administrator has ended it."""
    with platform_wide():
        query: Any = KioskToken.raw(_HOLDER, token_hash, now(), KioskState.ACTIVE.value)
        rows: list[dict[str, Any]] = await query
    return Holder(rows[0]["id"], rows[0]["organisation_id"]) if rows else None


async def kiosk_by_id(kiosk_id: UUID) -> dict[str, Any] | None:
    """What is needed to judge an assertion, of whichever organisation's kiosk."""
    columns: Any = (Kiosk.id, Kiosk.organisation_id, Kiosk.public_key, Kiosk.state, Kiosk.wipe_command)
    with platform_wide():
        return await Kiosk.select(*columns).where(Kiosk.id == kiosk_id).first()


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


async def count_kiosks(actor: Actor, clause: Any) -> int:
    """How many of the organisation's kiosks the clause finds."""
    return cast("int", await scoped(actor, Kiosk).count().where(clause))


async def names_of_groups(actor: Actor, group_ids: Sequence[UUID]) -> dict[UUID, str]:
    if not group_ids:
        return {}
    query = scoped(actor, KioskGroup).select(KioskGroup.id, KioskGroup.name)
    rows = await query.where(KioskGroup.id.is_in(list(group_ids)))
    return {row["id"]: row["name"] for row in rows}


def group_of(row: KioskGroup, kiosks: int = 0) -> Group:
    return Group(
        group_id=row.id,
        name=row.name,
        version=row.version,
        settings=msgspec.json.decode(row.settings, type=KioskSettings),
        thresholds=msgspec.json.decode(row.thresholds, type=Thresholds),
        program_wanted_at=row.program_wanted_at,
        program_before=row.program_before,
        stage_percent=row.stage_percent,
        halted_at=row.halted_at,
        kiosks=kiosks,
    )

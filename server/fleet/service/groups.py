"""Groups of kiosks: what is wanted of them, and when somebody is told."""

from typing import Any
from uuid import UUID

import msgspec

from server.contract.fleet import KioskSettings
from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import Conflict
from server.core.ids import new_id
from server.core.platform import now
from server.fleet import queries
from server.fleet.faults import GroupNameTaken, SilentTooSoon
from server.fleet.schemas import Group, Thresholds
from server.fleet.tables import Kiosk, KioskGroup, KioskState

HEARTBEATS_MISSED = 2
"""Fewer may be missed by a link alone, so silence is told later than this many intervals."""


async def list_groups(actor: Actor) -> list[Group]:
    """By name, each with how many kiosks it has in service."""
    authorize(actor, Action.FLEET_READ)
    counted = await scoped(actor, Kiosk).select(Kiosk.group_id).where(Kiosk.state == KioskState.ACTIVE)
    numbers: dict[UUID, int] = {}
    for row in counted:
        numbers[row["group_id"]] = numbers.get(row["group_id"], 0) + 1
    found = await queries.groups(actor)
    return [msgspec.structs.replace(group, kiosks=numbers.get(group.group_id, 0)) for group in found]


async def show_group(actor: Actor, group_id: UUID) -> Group:
    authorize(actor, Action.FLEET_READ)
    return await queries.get_group(actor, group_id)


async def make_group(actor: Actor, name: str) -> UUID:
    """A group with the default settings; GroupNameTaken for a name that is there."""
    authorize(actor, Action.FLEET_MANAGE)
    at, group_id = now(), new_id()
    async with transaction():
        await _require_free(actor, name, group_id)
        await KioskGroup(
            id=group_id,
            recorded_at=at,
            organisation_id=actor.organisation_id,
            name=name,
            settings=_json(KioskSettings()),
            thresholds=_json(Thresholds()),
            program_wanted_at=at,
        ).save()
        await audit.record(actor, "kiosk-group:made", subject_id=group_id)
    return group_id


async def change_group(
    actor: Actor,
    group_id: UUID,
    *,
    name: str,
    version: int,
    settings: KioskSettings,
    thresholds: Thresholds,
    stage_percent: int = 100,
) -> None:
    """Another version of the program is a release: it goes to a share of the kiosks, until that is raised.

    Kiosks learn of it with their next heartbeat; alerts follow the new thresholds from the next one on.

    Conflict when the group was changed since `version`, SilentTooSoon, GroupNameTaken.
    """
    authorize(actor, Action.FLEET_MANAGE)
    if thresholds.silent_after_min * 60 < HEARTBEATS_MISSED * settings.heartbeat_every_s:
        raise SilentTooSoon
    async with transaction():
        before = await queries.get_group(actor, group_id)
        await _require_free(actor, name, group_id)
        is_same_program = settings.program_version == before.settings.program_version
        values: dict[Any, Any] = {
            KioskGroup.name: name,
            KioskGroup.settings: _json(settings),
            KioskGroup.thresholds: _json(thresholds),
            KioskGroup.version: version + 1,
            KioskGroup.stage_percent: stage_percent,
            **({} if is_same_program else _release(before)),
        }
        row = (KioskGroup.id == group_id) & (KioskGroup.version == version)
        if not await scoped(actor, KioskGroup).update(values).where(row).returning(KioskGroup.id):
            raise Conflict
        await audit.record(actor, "kiosk-group:changed", subject_id=group_id, detail={"version": version + 1})


def _release(before: Group) -> dict[Any, Any]:
    """Whoever is not in the stage keeps what was wanted before; of a halted release, what was before that."""
    kept = before.settings.program_version if before.halted_at is None else before.program_before
    return {
        KioskGroup.program_wanted_at: now(),
        KioskGroup.program_before: kept,
        KioskGroup.halted_at: None,
    }


async def _require_free(actor: Actor, name: str, group_id: UUID) -> None:
    same = (KioskGroup.name == name) & (KioskGroup.id != group_id)
    if await scoped(actor, KioskGroup).exists().where(same):
        raise GroupNameTaken


def _json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()

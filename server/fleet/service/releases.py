"""Stops a release when too many kiosks went back from it, and goes on with it when an administrator says so."""

from typing import Any
from uuid import UUID

from server.contract.fleet import Heartbeat
from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.platform import now
from server.fleet import queries
from server.fleet.schemas import Group
from server.fleet.staging import is_to_halt
from server.fleet.statements import Reporting
from server.fleet.tables import Kiosk, KioskGroup


async def note_update(actor: Actor, kiosk: Reporting, report: Heartbeat) -> Group:
    """Count a failure that was not counted, and halt the release if it is one too many.

    Inside the heartbeat's transaction; answers the group as it is then.
    """
    group, wanted = kiosk.group, kiosk.group.settings.program_version
    failed = report.update is not None and not report.update.succeeded and report.update.version == wanted
    if not failed or not wanted or kiosk.failed_program == wanted:
        return group
    await scoped(actor, Kiosk).update({Kiosk.failed_program: wanted}).where(Kiosk.id == kiosk.id)
    if group.halted_at is not None:
        return group
    ours = Kiosk.group_id == group.group_id
    failures = await queries.count_kiosks(actor, ours & (Kiosk.failed_program == wanted))
    taken = await queries.count_kiosks(actor, ours & (Kiosk.runs_program == wanted))
    if not is_to_halt(failures, taken, group.thresholds.halt_above_percent):
        return group
    return await _halt(actor, group, failures, taken)


async def resume_release(actor: Actor, group_id: UUID) -> None:
    """Hand the wanted version out again; failures count anew. Nothing changes where nothing is halted."""
    authorize(actor, Action.FLEET_MANAGE)
    async with transaction():
        group = await queries.get_group(actor, group_id)
        if group.halted_at is None:
            return
        forgotten = (Kiosk.group_id == group_id) & (Kiosk.failed_program == group.settings.program_version)
        await scoped(actor, Kiosk).update({Kiosk.failed_program: ""}).where(forgotten)
        await _set_halted(actor, group, None)
        await audit.record(actor, "kiosk-group:release-resumed", subject_id=group_id)


async def _halt(actor: Actor, group: Group, failures: int, taken: int) -> Group:
    if await _set_halted(actor, group, now()):
        detail = {"failed": failures, "taken": taken, "version": group.settings.program_version}
        await audit.record(actor, "kiosk-group:release-halted", subject_id=group.group_id, detail=detail)
    return await queries.get_group(actor, group.group_id)


async def _set_halted(actor: Actor, group: Group, halted_at: Any) -> bool:
    """With a new version of the settings, so that every kiosk is told."""
    values: dict[Any, Any] = {KioskGroup.halted_at: halted_at, KioskGroup.version: group.version + 1}
    row = (KioskGroup.id == group.group_id) & (KioskGroup.version == group.version)
    return bool(await scoped(actor, KioskGroup).update(values).where(row).returning(KioskGroup.id))

"""What an administrator does to a kiosk: change where it belongs, ask for its log, wipe it, take it out of service."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.ids import new_id
from server.core.platform import now
from server.fleet import queries
from server.fleet.faults import KioskOutOfService, NameMismatch
from server.fleet.service.alerts import end_alerts
from server.fleet.service.places import end_places_at
from server.fleet.statements import Reporting
from server.fleet.tables import Kiosk, KioskState
from server.identity import service as identity


async def change_kiosk(actor: Actor, kiosk_id: UUID, name: str, group_id: UUID) -> None:
    """Another name, or another group, whose settings go out with the next heartbeat."""
    authorize(actor, Action.FLEET_MANAGE)
    async with transaction():
        await queries.get_kiosk(actor, kiosk_id)
        group = await queries.get_group(actor, group_id)
        await _update(actor, kiosk_id, {Kiosk.name: name, Kiosk.group_id: group.group_id})
        await audit.record(actor, "kiosk:changed", subject_id=kiosk_id, detail={"group": str(group.group_id)})


async def ask_for_logs(actor: Actor, kiosk_id: UUID) -> None:
    """The kiosk is told with its next heartbeat; asking again while it has not answered changes nothing."""
    authorize(actor, Action.FLEET_MANAGE)
    async with transaction():
        kiosk = await _get_active(actor, kiosk_id)
        if kiosk.logs_command is None:
            await _update(actor, kiosk_id, {Kiosk.logs_command: new_id()})
            await audit.record(actor, "kiosk:logs-asked", subject_id=kiosk_id)


async def wipe_kiosk(actor: Actor, kiosk_id: UUID, typed_name: str) -> None:
    """Have the kiosk remove its keys and what is queued on it; whatever has not been sent is lost.

    NameMismatch unless its name was typed. A kiosk that is out of service is told when it asks for a token.
    """
    authorize(actor, Action.FLEET_MANAGE)
    identity.require_recent_second_factor(actor)
    async with transaction():
        kiosk = await queries.get_kiosk(actor, kiosk_id)
        if typed_name.strip() != kiosk.name:
            raise NameMismatch
        if kiosk.wipe_command is None:
            await _update(actor, kiosk_id, {Kiosk.wipe_command: new_id()})
            await end_places_at(actor, kiosk_id)
            await audit.record(actor, "kiosk:wipe-ordered", subject_id=kiosk_id)


async def revoke_kiosk(actor: Actor, kiosk_id: UUID) -> None:
    """Take the kiosk out of service: its next request is refused, whatever token it holds, and nobody works at it."""
    authorize(actor, Action.FLEET_MANAGE)
    async with transaction():
        kiosk = await queries.get_kiosk(actor, kiosk_id)
        if kiosk.state == KioskState.REVOKED:
            return
        await end_alerts(actor, kiosk)
        await end_places_at(actor, kiosk_id)
        await _update(actor, kiosk_id, {Kiosk.state: KioskState.REVOKED, Kiosk.revoked_at: now()})
        await audit.record(actor, "kiosk:revoked", subject_id=kiosk_id)


async def note_done(actor: Actor, kiosk: Kiosk | Reporting, done: Collection[UUID]) -> None:
    """The kiosk has carried out what it names; inside the caller's transaction. What nobody asked changes nothing."""
    if kiosk.logs_command in done:
        await _update(actor, kiosk.id, {Kiosk.logs_command: None})
    if kiosk.wipe_command in done:
        await _update(actor, kiosk.id, {Kiosk.wipe_command: None, Kiosk.wiped_at: now()})
        await audit.record(actor, "kiosk:wiped", subject_id=kiosk.id)


async def _get_active(actor: Actor, kiosk_id: UUID) -> Kiosk:
    kiosk = await queries.get_kiosk(actor, kiosk_id)
    if kiosk.state == KioskState.REVOKED:
        raise KioskOutOfService
    return kiosk


async def _update(actor: Actor, kiosk_id: UUID, values: dict[Any, Any]) -> None:
    await scoped(actor, Kiosk).update(values).where(Kiosk.id == kiosk_id)

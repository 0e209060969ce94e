"""Raises and ends alerts: each kind at most once at a time for a kiosk, however often it is judged."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from server.core import audit
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import scoped, transaction, working_for
from server.core.faults import NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.fleet import queries
from server.fleet.judging import Judgement
from server.fleet.statements import Reporting
from server.fleet.tables import AlertKind, Kiosk, KioskAlert, KioskGroup, KioskState

WEIGHTS = {kind: 10 * (len(AlertKind) - place) for place, kind in enumerate(AlertKind)}
ACKNOWLEDGED_WEIGHS = 0.1
"""Whoever has seen an alert is at it: it stands below all that nobody has looked at."""


class Standing(msgspec.Struct, frozen=True):
    """What a kiosk's row repeats of its open alerts, for the list."""

    kinds: str
    severity: int


async def settle_alerts(
    actor: Actor, kiosk: Kiosk | Reporting, judged: Mapping[AlertKind, Judgement], at: datetime
) -> Standing:
    """Raise what holds, end what is over, leave what nobody can tell; inside the caller's transaction."""
    already = open_kinds(kiosk.open_alerts)
    begun = [kind for kind, each in judged.items() if each.holds and kind not in already]
    over = [kind for kind, each in judged.items() if each.holds is False and kind in already]
    if not begun and not over:
        return Standing(kiosk.open_alerts, kiosk.severity)
    for kind in begun:
        await _raise(kiosk, kind, judged[kind].measured, at)
    if over:
        ended: dict[Any, Any] = {KioskAlert.cleared_at: at, KioskAlert.open_key: None}
        rows = (KioskAlert.kiosk_id == kiosk.id) & KioskAlert.cleared_at.is_null() & KioskAlert.kind.is_in(over)
        await scoped(actor, KioskAlert).update(ended).where(rows)
    return await _standing(actor, kiosk.id)


def open_kinds(text: str) -> frozenset[AlertKind]:
    return frozenset(AlertKind(kind) for kind in text.split())


async def acknowledge_alert(actor: Actor, kiosk_id: UUID, alert_id: UUID) -> None:
    """Somebody is at it; doing it twice changes nothing. NotFound for another organisation's."""
    authorize(actor, Action.FLEET_MANAGE)
    async with transaction():
        await queries.get_kiosk(actor, kiosk_id)
        row = (KioskAlert.id == alert_id) & (KioskAlert.kiosk_id == kiosk_id)
        if not await scoped(actor, KioskAlert).exists().where(row):
            raise NotFound
        seen: dict[Any, Any] = {KioskAlert.acknowledged_at: now(), KioskAlert.acknowledged_by: actor.actor_id}
        first = row & KioskAlert.acknowledged_at.is_null()
        if await scoped(actor, KioskAlert).update(seen).where(first).returning(KioskAlert.id):
            await _keep(actor, kiosk_id, await _standing(actor, kiosk_id))
            await audit.record(actor, "kiosk:alert-acknowledged", subject_id=kiosk_id)


async def find_silent() -> int:
    """Raise the alert for every kiosk that its group has waited for too long; how many there were."""
    return sum([await _find_silent_in(row) for row in await queries.groups_of_everyone()])


async def _find_silent_in(row: KioskGroup) -> int:
    """One transaction for each kiosk: heartbeats of others do not wait for the whole group."""
    actor, found = system_actor(row.organisation_id), 0
    silence = timedelta(minutes=queries.group_of(row).thresholds.silent_after_min)
    with working_for(actor):
        late = (
            await scoped(actor, Kiosk)
            .select(Kiosk.id)
            .where(Kiosk.group_id == row.id)
            .where(Kiosk.state == KioskState.ACTIVE)
            .where(Kiosk.heard_at <= now() - silence)
            .where(Kiosk.open_alerts.not_like(f"%{AlertKind.SILENT}%"))
        )
        for each in late:
            found += await _call_silent(actor, each["id"], silence)
    return found


async def _call_silent(actor: Actor, kiosk_id: UUID, silence: timedelta) -> int:
    """1 if it is silent still: it may have been heard since the list was made."""
    async with transaction():
        kiosk = await queries.get_kiosk(actor, kiosk_id)
        if kiosk.state != KioskState.ACTIVE or kiosk.heard_at > now() - silence:
            return 0
        judged = {AlertKind.SILENT: Judgement(True)}
        await _keep(actor, kiosk_id, await settle_alerts(actor, kiosk, judged, now()))
    return 1


async def end_alerts(actor: Actor, kiosk: Kiosk) -> None:
    """A kiosk that is out of service worries nobody; inside the caller's transaction."""
    over = {kind: Judgement(False) for kind in AlertKind}
    await _keep(actor, kiosk.id, await settle_alerts(actor, kiosk, over, now()))


async def _raise(kiosk: Kiosk | Reporting, kind: AlertKind, measured: int | None, at: datetime) -> None:
    row = KioskAlert(
        id=new_id(),
        recorded_at=at,
        organisation_id=kiosk.organisation_id,
        kiosk_id=kiosk.id,
        kind=kind,
        measured=measured,
        open_key=f"{kiosk.id}:{kind}",
    )
    await KioskAlert.insert(row).on_conflict(action="DO NOTHING")


async def _standing(actor: Actor, kiosk_id: UUID) -> Standing:
    rows = await queries.open_alerts(actor, kiosk_id)
    weights = [WEIGHTS[AlertKind(row.kind)] * (ACKNOWLEDGED_WEIGHS if row.acknowledged_at else 1) for row in rows]
    kinds = {row.kind for row in rows}
    return Standing(" ".join(kind for kind in AlertKind if kind in kinds), int(max(weights, default=0)))


async def _keep(actor: Actor, kiosk_id: UUID, standing: Standing) -> None:
    values: dict[Any, Any] = {Kiosk.open_alerts: standing.kinds, Kiosk.severity: standing.severity}
    await scoped(actor, Kiosk).update(values).where(Kiosk.id == kiosk_id)

"""The fleet for its administrators: the list with the worst first, its counts, and one kiosk."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import msgspec

from server.contract.fleet import Heartbeat, fingerprint
from server.core.access import Action, Actor, authorize
from server.core.db import scoped
from server.core.platform import now
from server.fleet import queries
from server.fleet.history import Sample, samples_of
from server.fleet.schemas import Alert, Counts, Group, KioskRow, LogCard, PlaceCard
from server.fleet.service.alerts import open_kinds
from server.fleet.service.places import places_at
from server.fleet.tables import AlertKind, Claim, ClaimStage, Kiosk, KioskAlert, KioskLog, KioskState

PAGE_ROWS = 50
ALERTS_SHOWN = 50
_COLUMNS = (
    Kiosk.id,
    Kiosk.name,
    Kiosk.group_id,
    Kiosk.state,
    Kiosk.open_alerts,
    Kiosk.heard_at,
    Kiosk.has_reported,
    Kiosk.report,
)


class Shown(StrEnum):
    """Which kiosks the list shows: one kind of alert, or a state."""

    ACTIVE = "active"
    ALERTING = "alerting"
    SILENT = AlertKind.SILENT.value
    FULL = AlertKind.FULL.value
    CAMERA = AlertKind.CAMERA.value
    BEHIND = AlertKind.BEHIND.value
    HOT = AlertKind.HOT.value
    BATTERY = AlertKind.BATTERY.value
    OUTDATED = AlertKind.OUTDATED.value
    UNHEARD = "unheard"
    REVOKED = "revoked"


class FleetPage(msgspec.Struct, frozen=True, kw_only=True):
    """`first` is the number of the first row, from 1; `total` how many the filter finds."""

    rows: list[KioskRow]
    page: int
    pages: int
    first: int
    total: int


class KioskView(msgspec.Struct, frozen=True, kw_only=True):
    """One kiosk with everything that its page tells."""

    row: KioskRow
    fingerprint: str
    group: Group
    alerts: list[Alert]
    history: list[Sample]
    logs: list[LogCard]
    places: list[PlaceCard]
    awaits_logs: bool
    awaits_wipe: bool
    registered_at: Any
    revoked_at: Any
    wiped_at: Any


async def list_kiosks(actor: Actor, shown: Shown, group_id: UUID | None, page: int) -> FleetPage:
    """One page of the organisation's kiosks, the worst first and of equals the one that was heard longest ago."""
    authorize(actor, Action.FLEET_READ)
    clause = _clause(shown, group_id)
    total = await queries.count_kiosks(actor, clause)
    pages = max(1, -(-total // PAGE_ROWS))
    page = min(max(page, 1), pages)
    query = scoped(actor, Kiosk).select(*_COLUMNS).where(clause)
    ordered = query.order_by(Kiosk.severity, ascending=False).order_by(Kiosk.heard_at).order_by(Kiosk.id)
    rows = await ordered.limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS)
    names = await queries.names_of_groups(actor, list({row["group_id"] for row in rows}))
    return FleetPage(
        rows=[_row(row, names) for row in rows],
        page=page,
        pages=pages,
        first=(page - 1) * PAGE_ROWS + 1 if total else 0,
        total=total,
    )


async def count_fleet(actor: Actor) -> Counts:
    """How many kiosks stand how: every number leads to its rows."""
    authorize(actor, Action.FLEET_READ)
    in_service = Kiosk.state == KioskState.ACTIVE
    rows = await scoped(actor, KioskAlert).select(KioskAlert.kind).where(KioskAlert.open_key.is_not_null())
    waiting = scoped(actor, Claim).count().where(Claim.stage == ClaimStage.WAITING)
    kinds = [AlertKind(row["kind"]) for row in rows]
    return Counts(
        active=await queries.count_kiosks(actor, in_service),
        revoked=await queries.count_kiosks(actor, Kiosk.state == KioskState.REVOKED),
        unheard=await queries.count_kiosks(actor, in_service & (Kiosk.has_reported == False)),  # noqa: E712  (a column, not a truth)
        alerts={kind: kinds.count(kind) for kind in AlertKind},
        waiting_claims=cast("int", await waiting),
    )


async def show_kiosk(actor: Actor, kiosk_id: UUID) -> KioskView:
    """NotFound for another organisation's."""
    authorize(actor, Action.FLEET_READ)
    kiosk = await queries.get_kiosk(actor, kiosk_id)
    group = await queries.get_group(actor, kiosk.group_id)
    values = {column._meta.name: getattr(kiosk, column._meta.name) for column in _COLUMNS}
    return KioskView(
        row=_row(values, {group.group_id: group.name}),
        fingerprint=fingerprint(kiosk.public_key),
        group=group,
        alerts=await _alerts(actor, kiosk_id),
        history=samples_of(bytes(kiosk.history)),
        logs=await _logs(actor, kiosk_id),
        places=await places_at(actor, kiosk_id),
        awaits_logs=kiosk.logs_command is not None,
        awaits_wipe=kiosk.wipe_command is not None,
        registered_at=kiosk.recorded_at,
        revoked_at=kiosk.revoked_at,
        wiped_at=kiosk.wiped_at,
    )


def _clause(shown: Shown, group_id: UUID | None) -> Any:
    clauses: dict[Shown, Any] = {
        Shown.ACTIVE: Kiosk.state == KioskState.ACTIVE,
        Shown.REVOKED: Kiosk.state == KioskState.REVOKED,
        Shown.UNHEARD: (Kiosk.state == KioskState.ACTIVE) & (Kiosk.has_reported == False),  # noqa: E712  (a column, not a truth)
        Shown.ALERTING: Kiosk.open_alerts != "",
    }
    clause = clauses.get(shown)
    if clause is None:
        clause = Kiosk.open_alerts.like(f"%{shown}%")
    return clause if group_id is None else clause & (Kiosk.group_id == group_id)


def _row(row: dict[str, Any], names: dict[UUID, str]) -> KioskRow:
    kinds = open_kinds(row["open_alerts"])
    return KioskRow(
        kiosk_id=row["id"],
        name=row["name"],
        group=names.get(row["group_id"], ""),
        state=KioskState(row["state"]),
        alerts=tuple(kind for kind in AlertKind if kind in kinds),
        heard_at=row["heard_at"],
        has_reported=bool(row["has_reported"]),
        report=msgspec.json.decode(row["report"], type=Heartbeat),
    )


async def _alerts(actor: Actor, kiosk_id: UUID) -> list[Alert]:
    """The open ones first, the worst above, then the newest of those that are over."""
    query = scoped(actor, KioskAlert).objects().where(KioskAlert.kiosk_id == kiosk_id)
    rows: Sequence[KioskAlert] = await query.order_by(KioskAlert.id, ascending=False).limit(ALERTS_SHOWN)
    found = [
        Alert(
            alert_id=row.id,
            kind=AlertKind(row.kind),
            raised_at=row.recorded_at,
            measured=row.measured,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by,
            cleared_at=row.cleared_at,
        )
        for row in rows
    ]
    order = list(AlertKind)
    return sorted(found, key=lambda each: len(order) if each.cleared_at else order.index(each.kind))


async def _logs(actor: Actor, kiosk_id: UUID) -> list[LogCard]:
    query = scoped(actor, KioskLog).objects().where(KioskLog.kiosk_id == kiosk_id)
    living = query.where((KioskLog.is_stored == True) & (KioskLog.expires_at > now()))  # noqa: E712  (a column, not a truth)
    return [
        LogCard(log_id=row.id, received_at=row.recorded_at, size_bytes=row.size_bytes, expires_at=row.expires_at)
        for row in await living.order_by(KioskLog.id, ascending=False).limit(20)
    ]

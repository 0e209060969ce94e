"""The statements of tokens and heartbeats, each written out: Piccolo would take longer to build one than it takes.

All of a region's kiosks come at once when its power is back. Whatever is asked less often is in queries.py.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.core.access import Actor
from server.core.db import look_up, platform_wide
from server.core.faults import NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.fleet.queries import group_from
from server.fleet.schemas import Group
from server.fleet.tables import Kiosk, KioskState, KioskToken

# One query for each request of a kiosk: whatever was revoked binds the next one.
_HOLDER = """
SELECT k."id", k."organisation_id" FROM "kiosk_token" t JOIN "kiosk" k ON k."id" = t."kiosk_id"
WHERE t."token_hash" = {} AND t."ends_at" > {} AND k."state" = {}
"""
_KEY_HOLDER = """
SELECT "id", "organisation_id", "public_key", "state", "wipe_command" FROM "kiosk" WHERE "id" = {}
"""
_KEEP_ONCE = """
INSERT INTO "kiosk_token"
    ("id", "recorded_at", "organisation_id", "kiosk_id", "jti", "token_hash", "ends_at", "forget_at")
VALUES ({}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING RETURNING "id"
"""
_REPORTING = """
SELECT k."open_alerts", k."severity", k."history", k."failed_program", k."dark_since", k."logs_command",
    k."wipe_command", k."group_id", g."name", g."version", g."settings", g."thresholds", g."program_wanted_at",
    g."program_before", g."stage_percent", g."halted_at"
FROM "kiosk" k JOIN "kiosk_group" g ON g."id" = k."group_id"
WHERE k."id" = {} AND k."organisation_id" = {}
"""
_KEEP_REPORT = """
UPDATE "kiosk" SET "heard_at" = {}, "has_reported" = {}, "report" = {}, "runs_program" = {}, "history" = {},
    "open_alerts" = {}, "severity" = {}, "dark_since" = {}
WHERE "id" = {} AND "organisation_id" = {}
"""


class Holder(msgspec.Struct, frozen=True):
    kiosk_id: UUID
    organisation_id: UUID


class KeyHolder(msgspec.Struct, frozen=True, kw_only=True):
    """What an assertion is judged by."""

    kiosk_id: UUID
    organisation_id: UUID
    public_key: str
    state: KioskState
    is_to_wipe: bool


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `kiosk_token`."""

    kiosk_id: UUID
    organisation_id: UUID
    jti: str
    token_hash: bytes
    ends_at: datetime
    forget_at: datetime


class Reporting(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk as it stood before a heartbeat, with its group."""

    id: UUID
    organisation_id: UUID
    open_alerts: str
    severity: int
    history: bytes
    failed_program: str
    dark_since: datetime | None
    logs_command: UUID | None
    wipe_command: UUID | None
    group: Group


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a heartbeat writes into its kiosk's row."""

    heard_at: datetime
    report: str
    runs_program: str
    history: bytes
    open_alerts: str
    severity: int
    dark_since: datetime | None


async def holder_of(token_hash: bytes) -> Holder | None:
    """Whose token it is, while neither time nor an administrator has ended it."""
    with platform_wide():
        rows = await look_up(_HOLDER, token_hash, now(), KioskState.ACTIVE.value)
    return Holder(rows[0]["id"], rows[0]["organisation_id"]) if rows else None


async def key_holder(kiosk_id: UUID) -> KeyHolder | None:
    """A kiosk of whichever organisation."""
    with platform_wide():
        rows = await look_up(_KEY_HOLDER, kiosk_id)
    if not rows:
        return None
    return KeyHolder(
        kiosk_id=rows[0]["id"],
        organisation_id=rows[0]["organisation_id"],
        public_key=rows[0]["public_key"],
        state=KioskState(rows[0]["state"]),
        is_to_wipe=rows[0]["wipe_command"] is not None,
    )


async def keep_token(token: Token) -> bool:
    """False if its assertion was used before: of one that is sent twice, one gets a token."""
    fields = (token.organisation_id, token.kiosk_id, token.jti, token.token_hash, token.ends_at, token.forget_at)
    return bool(await _rows(KioskToken.raw(_KEEP_ONCE, new_id(), now(), *fields)))


async def reporting_kiosk(actor: Actor) -> Reporting:
    """The actor itself, which is a kiosk."""
    rows = await look_up(_REPORTING, actor.actor_id, actor.organisation_id)
    if not rows:
        raise NotFound
    row = rows[0]
    return Reporting(
        id=actor.actor_id,
        organisation_id=actor.organisation_id,
        open_alerts=row["open_alerts"],
        severity=row["severity"],
        history=bytes(row["history"]),
        failed_program=row["failed_program"],
        dark_since=row["dark_since"],
        logs_command=row["logs_command"],
        wipe_command=row["wipe_command"],
        group=group_from(row | {"id": row["group_id"]}),
    )


async def keep_report(actor: Actor, kept: Report) -> None:
    """Into the actor's own row."""
    told = (kept.heard_at, True, kept.report, kept.runs_program, kept.history)
    judged = (kept.open_alerts, kept.severity, kept.dark_since)
    await _rows(Kiosk.raw(_KEEP_REPORT, *told, *judged, actor.actor_id, actor.organisation_id))


async def _rows(query: Any) -> list[dict[str, Any]]:
    """Piccolo does not type what a raw query returns."""
    return await query

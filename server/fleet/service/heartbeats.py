"""Takes a heartbeat: one row is written, alerts only where something changed, and the answer says what is wanted."""

import secrets
from datetime import datetime
from uuid import UUID

import msgspec

from server.contract.fleet import Command, CommandKind, Heartbeat, HeartbeatAnswer
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.platform import now
from server.fleet import statements
from server.fleet.history import add_sample
from server.fleet.judging import judge, still_dark_since
from server.fleet.schemas import Group
from server.fleet.service.alerts import open_kinds, settle_alerts
from server.fleet.service.commands import note_done
from server.fleet.service.releases import note_update
from server.fleet.staging import settings_for
from server.fleet.statements import Reporting

SPREAD = 0.2
"""Each interval is up to a fifth shorter or longer: kiosks that came back together part again within hours."""


async def take_heartbeat(actor: Actor, report: Heartbeat) -> HeartbeatAnswer:
    """Keep how the kiosk is, and tell it what is wanted of it. Sent again it counts as another."""
    authorize(actor, Action.KIOSK_REPORT)
    at = now()
    async with transaction(is_grouped=True):
        kiosk = await statements.reporting_kiosk(actor)
        wanted = settings_for(kiosk.group, kiosk.id).program_version
        dark_since = still_dark_since(report, kiosk.dark_since, at)
        judged = judge(report, kiosk.group, wanted, open_kinds(kiosk.open_alerts), at, dark_since)
        standing = await settle_alerts(actor, kiosk, judged, at)
        kept = statements.Report(
            heard_at=at,
            report=msgspec.json.encode(msgspec.structs.replace(report, done=())).decode(),
            runs_program=report.program_version or "",
            history=add_sample(kiosk.history, at, report),
            open_alerts=standing.kinds,
            severity=standing.severity,
            dark_since=dark_since,
        )
        await statements.keep_report(actor, kept)
        group = await note_update(actor, kiosk, report)
        if report.done:
            await note_done(actor, kiosk, report.done)
    return _answer(kiosk, group, report, at)


def _answer(kiosk: Reporting, group: Group, report: Heartbeat, at: datetime) -> HeartbeatAnswer:
    wanted: dict[CommandKind, UUID | None] = {
        CommandKind.SEND_LOGS: kiosk.logs_command,
        CommandKind.WIPE: kiosk.wipe_command,
    }
    return HeartbeatAnswer(
        server_time=at,
        next_in_s=spread(group.settings.heartbeat_every_s),
        settings_version=group.settings_version,
        settings=None if report.settings_version == group.settings_version else settings_for(group, kiosk.id),
        commands=tuple(
            Command(command_id=command_id, kind=kind)
            for kind, command_id in wanted.items()
            if command_id and command_id not in report.done
        ),
    )


def spread(every_s: int) -> int:
    """The interval, up to `SPREAD` shorter or longer."""
    return every_s + secrets.randbelow(2 * int(every_s * SPREAD) + 1) - int(every_s * SPREAD)

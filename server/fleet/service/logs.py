"""Log bundles: taken only as lines of the contract, sealed, shown to administrators, gone after two weeks."""

import asyncio
import hashlib
import zlib
from datetime import timedelta
from uuid import UUID

import msgspec

from server.contract.fleet import MAX_LOG_BYTES, MAX_LOG_UNPACKED_BYTES, LogLine, LogsKept
from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import NotFound
from server.core.ids import new_id
from server.core.platform import now, platform
from server.fleet import queries
from server.fleet.faults import LogsRefused, LogsTooLarge
from server.fleet.service.commands import note_done
from server.fleet.tables import KioskLog

KEPT_FOR = timedelta(days=14)
EXPIRED_AT_A_TIME = 100
_GZIP = 16 + zlib.MAX_WBITS
_lines = msgspec.json.Decoder(LogLine)


async def keep_logs(actor: Actor, bundle: bytes, command_id: UUID | None) -> LogsKept:
    """Keep the bundle and end the command that asked for it; it is durable on return.

    LogsTooLarge, or LogsRefused for what is not gzipped lines of the contract.
    """
    authorize(actor, Action.KIOSK_REPORT)
    await asyncio.to_thread(check_bundle, bundle)
    kiosk = await queries.get_kiosk(actor, actor.actor_id)
    row = KioskLog(
        id=new_id(),
        recorded_at=now(),
        organisation_id=actor.organisation_id,
        kiosk_id=kiosk.id,
        size_bytes=len(bundle),
        sha256=hashlib.sha256(bundle).hexdigest(),
        expires_at=now() + KEPT_FOR,
    )
    key = await vault.directory_key(actor.organisation_id)
    await row.save()
    await platform().objects.put(object_key(row), key.seal(_sealed_name(row.id), bundle))
    async with transaction():
        await scoped(actor, KioskLog).update({KioskLog.is_stored: True}).where(KioskLog.id == row.id)
        await audit.record(actor, "kiosk:logs-sent", subject_id=kiosk.id, detail={"log": str(row.id)})
        if command_id is not None:
            await note_done(actor, kiosk, {command_id})
    return LogsKept(log_id=row.id, sha256=row.sha256)


async def read_logs(actor: Actor, kiosk_id: UUID, log_id: UUID) -> bytes:
    """The bundle as it was sent; NotFound for another organisation's and for one whose time has passed."""
    authorize(actor, Action.FLEET_MANAGE)
    await queries.get_kiosk(actor, kiosk_id)
    wanted = (KioskLog.id == log_id) & (KioskLog.kiosk_id == kiosk_id) & (KioskLog.is_stored == True)  # noqa: E712  (a column, not a truth)
    row = await scoped(actor, KioskLog).objects().where(wanted).where(KioskLog.expires_at > now()).first()
    if row is None:
        raise NotFound
    key = await vault.directory_key(actor.organisation_id)
    async with transaction():
        await audit.record(actor, "kiosk:logs-read", subject_id=kiosk_id, detail={"log": str(log_id)})
    return key.open(_sealed_name(row.id), await platform().objects.get(object_key(row)))


async def expire_logs() -> int:
    """Remove the bundles whose time has passed, the object before the row; how many there were."""
    removed = 0
    while rows := await queries.expired_logs(now(), EXPIRED_AT_A_TIME):
        for row in rows:
            await platform().objects.delete(object_key(row))
            await queries.forget_log(row.id)
        removed += len(rows)
    return removed


def check_bundle(bundle: bytes) -> None:
    """Raise unless every line is a LogLine: what has no place for words cannot carry a patient's."""
    if len(bundle) > MAX_LOG_BYTES:
        raise LogsTooLarge
    for line in unpack(bundle).splitlines():
        try:
            _lines.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise LogsRefused from error


def unpack(bundle: bytes) -> bytes:
    """The gzipped bytes, never more than the contract allows."""
    opened = zlib.decompressobj(_GZIP)
    try:
        content = opened.decompress(bundle, MAX_LOG_UNPACKED_BYTES + 1)
    except zlib.error as error:
        raise LogsRefused from error
    if len(content) > MAX_LOG_UNPACKED_BYTES:
        raise LogsTooLarge
    if not opened.eof or opened.unused_data:
        raise LogsRefused
    return content


def object_key(row: KioskLog) -> str:
    return f"kiosk-logs/{row.organisation_id}/{row.id}"


def _sealed_name(log_id: UUID) -> str:
    return f"kiosk_log/{log_id}/bundle"

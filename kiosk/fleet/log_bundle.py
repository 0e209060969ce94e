"""Answers the fleet's request for logs: one bundle for each request, the same however often the link breaks."""

import hashlib
from pathlib import Path
from uuid import UUID

import msgspec

from kiosk.fleet.logbook import LOG, Logbook
from kiosk.spool.files import make_folder, write_durable
from kiosk.uplink.server import NoLink, Refused, Server
from server.contract.fleet import COMMAND_HEADER, LOG_MEDIA_TYPE, LOGS_PATH, LogsKept

REFUSED_SUFFIX = ".refused"


async def send_logs(server: Server, folder: Path, command_id: UUID) -> None:
    """On return the server has it, and counts the request as answered. NoLink or NotLetIn: at another heartbeat.

    What the server refuses is not sent again: the request stays open, and an administrator sees that.
    """
    bundle = make_folder(folder / LOG) / f"{command_id}.gz"
    if bundle.with_suffix(REFUSED_SUFFIX).exists():
        return
    if not bundle.exists():
        write_durable(bundle, Logbook(folder).pack())
    content = bundle.read_bytes()
    headers = {"Content-Type": LOG_MEDIA_TYPE, COMMAND_HEADER: str(command_id)}
    try:
        answer = await server.ask("POST", LOGS_PATH, content=content, headers=headers)
    except Refused:
        bundle.replace(bundle.with_suffix(REFUSED_SUFFIX))
        return
    kept = msgspec.json.decode(answer.content, type=LogsKept)
    if kept.sha256 != hashlib.sha256(content).hexdigest():
        raise NoLink("the server holds other bytes than were sent")
    bundle.unlink()

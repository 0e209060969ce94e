"""`careferry audit`: export a log, and verify an export offline."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import msgspec

from server.contract.receipt import SigningKey
from server.core.audit.checkpoint_files import CheckpointsUnreadable
from server.core.audit.export import export_trail
from server.core.audit.export_lines import NotAnExport
from server.core.audit.fhir_export import export_fhir
from server.core.audit.queries import TrailFilter
from server.core.audit.statements import ExportClosed
from server.core.audit.verify import Report, verify
from server.core.faults import Fault
from server.core.platform import open_platform
from server.settings import load

INTACT, TAMPERED, NOT_VERIFIED = 0, 1, 2
SHOWN_FINDINGS = 50


class KeyUnreadable(Exception):
    """The file given as a public key is none; the message names it."""


def register(subparsers: Any) -> None:
    """Add `audit` with its verbs to the `careferry` command."""
    audit = subparsers.add_parser("audit", help="the audit trail: export it, verify an export")
    verbs = audit.add_subparsers(required=True, metavar="VERB")
    _register_export(verbs)
    _register_fhir(verbs)
    _register_verify(verbs)


def _register_export(verbs: Any) -> None:
    export = verbs.add_parser("export", help="write one organisation's log to a file")
    export.add_argument("--organisation", type=UUID, required=True, metavar="ID")
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    export.set_defaults(handler=export_command)


def _register_fhir(verbs: Any) -> None:
    fhir = verbs.add_parser("fhir", help="write a stretch of one organisation's log as FHIR R4 AuditEvents, one a line")
    fhir.add_argument("--organisation", type=UUID, required=True, metavar="ID")
    fhir.add_argument("--out", type=Path, required=True, metavar="FILE")
    fhir.add_argument("--since", type=_instant, metavar="WHEN", help="ISO 8601, UTC unless it says otherwise")
    fhir.add_argument("--until", type=_instant, metavar="WHEN", help="the first moment that is left out")
    fhir.set_defaults(handler=fhir_command)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _register_verify(verbs: Any) -> None:
    check = verbs.add_parser(
        "verify",
        help="verify an export offline",
        description="Exit status: 0 intact, 1 tampered with, 2 could not be verified.",
    )
    check.add_argument("export", type=Path, metavar="EXPORT")
    check.add_argument(
        "--public-key",
        type=Path,
        required=True,
        action="append",
        metavar="FILE",
        help="a public audit key (audit-….pub); the keys it endorses are trusted through it",
    )
    check.add_argument(
        "--checkpoints",
        type=Path,
        metavar="FOLDER",
        help="the folder that the platform writes checkpoints to, or a copy that was kept elsewhere",
    )
    check.set_defaults(handler=verify_command)


def export_command(arguments: argparse.Namespace) -> int:
    """Needs the platform's settings, database and keys."""
    try:
        closed = asyncio.run(_export(arguments.organisation, arguments.out))
    except Fault as fault:
        _tell(f"careferry: {fault}", sys.stderr)
        return 1
    _tell(f"{closed.sequence} events up to {closed.exported_at} written to {arguments.out}")
    return 0


async def _export(organisation_id: UUID, out: Path) -> ExportClosed:
    opened = open_platform(load(os.environ))
    try:
        return await export_trail(organisation_id, out)
    finally:
        await opened.engine.close_connection_pool()


def fhir_command(arguments: argparse.Namespace) -> int:
    """Needs what the export needs."""
    wanted = TrailFilter(since=arguments.since, until=arguments.until)
    written = asyncio.run(_export_fhir(arguments.organisation, arguments.out, wanted))
    _tell(f"{written} events written to {arguments.out}")
    return 0


async def _export_fhir(organisation_id: UUID, out: Path, wanted: TrailFilter) -> int:
    opened = open_platform(load(os.environ))
    try:
        return await export_fhir(organisation_id, out, wanted)
    finally:
        await opened.engine.close_connection_pool()


def verify_command(arguments: argparse.Namespace) -> int:
    """Needs nothing but the files it is given."""
    try:
        given = [_read_key(path) for path in arguments.public_key]
        with arguments.export.open("rb") as file:
            report = verify(file, given, arguments.checkpoints)
    except (NotAnExport, KeyUnreadable, CheckpointsUnreadable, OSError) as error:
        _tell(f"careferry: not verified: {error}", sys.stderr)
        return NOT_VERIFIED
    for line in _describe(report):
        _tell(line)
    return INTACT if report.is_intact else TAMPERED


def _describe(report: Report) -> Iterator[str]:
    made = f", exported at {report.closed.exported_at}" if report.closed else ""
    log = f"the audit log of organisation {report.organisation_id}{made}: {report.events} events"
    if report.is_intact:
        last = report.checkpoints[-1]
        yield f"Intact: {log}."
        yield f"{len(report.checkpoints)} signed checkpoints agree, the last of {last.signed_at} by {last.key_id}."
        return
    yield f"TAMPERED WITH: {log}. {len(report.findings)} findings:"
    for finding in report.findings[:SHOWN_FINDINGS]:
        yield f"- {finding.kind}: {finding.sentence}"
    if len(report.findings) > SHOWN_FINDINGS:
        yield f"… and {len(report.findings) - SHOWN_FINDINGS} more"


def _read_key(path: Path) -> SigningKey:
    try:
        return msgspec.json.decode(path.read_bytes(), type=SigningKey)
    except msgspec.DecodeError as error:
        raise KeyUnreadable(f"{path} is not a public key (audit-….pub): {error}") from error


def _tell(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stdout)

"""`careferry jobs`: what is stuck and belongs to no organisation, so that no administrator's page shows it."""

import argparse
import sys
from typing import Any
from uuid import UUID

from server.cli.connected import run_connected
from server.core.access import system_actor
from server.core.outbox import PLATFORM_WIDE
from server.core.outbox import service as outbox

OPERATOR = system_actor(PLATFORM_WIDE)
"""Whoever has a shell and the platform's settings; the trail cannot tell who that was."""


def register(commands: Any) -> None:
    jobs = commands.add_parser("jobs", help="work that is stuck and belongs to no organisation: look, retry, discard")
    verbs = jobs.add_subparsers(required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="the dead jobs, newest first, with why they died")
    listing.set_defaults(handler=list_dead)
    retry = verbs.add_parser("retry", help="hand a dead job out again")
    retry.add_argument("job", type=UUID, metavar="ID")
    retry.set_defaults(handler=retry_job)
    discard = verbs.add_parser("discard", help="delete a dead job for good")
    discard.add_argument("job", type=UUID, metavar="ID")
    discard.add_argument("--reason", type=outbox.DiscardReason, choices=list(outbox.DiscardReason), required=True)
    discard.set_defaults(handler=discard_job)


def list_dead(_: argparse.Namespace) -> int:
    dead = run_connected(lambda: outbox.list_dead(OPERATOR))
    sys.stdout.write("".join(f"{_line(job)}\n" for job in dead) or "nothing is stuck\n")
    return 0


def _line(job: outbox.DeadJob) -> str:
    since = f"{job.recorded_at:%Y-%m-%d %H:%M} UTC"
    return f"{job.id}  {job.name}  since {since}, begun {job.deliveries} times: {job.last_error}"


def retry_job(options: argparse.Namespace) -> int:
    run_connected(lambda: outbox.retry_job(OPERATOR, options.job))
    sys.stdout.write("a worker will take it up\n")
    return 0


def discard_job(options: argparse.Namespace) -> int:
    run_connected(lambda: outbox.discard_job(OPERATOR, options.job, options.reason))
    sys.stdout.write("discarded\n")
    return 0

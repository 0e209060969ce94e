"""`careferry serve`, `web` and `worker`: the processes of an installation.

What only one of them runs is imported where it is run: a restart is a moment without service.
"""

import argparse
import os
from typing import Any

from server.core.log import configure_logging
from server.core.platform import Platform, open_platform
from server.settings import Settings, load


def register(commands: Any) -> None:
    for name, handler, told in (
        ("serve", serve, "the web and the workers in one process"),
        ("web", web, "the web alone"),
        ("worker", worker, "the workers alone"),
    ):
        parser: argparse.ArgumentParser = commands.add_parser(name, help=told)
        parser.set_defaults(handler=handler)


def serve(_: argparse.Namespace) -> int:
    configure_logging()
    return run_both(load(os.environ))


def web(_: argparse.Namespace) -> int:
    configure_logging()
    run_web(open_platform(load(os.environ)))
    return 0


def worker(_: argparse.Namespace) -> int:
    from workers.main import run_worker  # noqa: PLC0415

    configure_logging()
    run_worker(load(os.environ))
    return 0


def run_both(settings: Settings) -> int:
    """Web and workers in one process until it is told to stop; the workers finish or give back what they hold."""
    from workers.main import GRACE_S, start_embedded  # noqa: PLC0415

    platform = open_platform(settings)
    workers = start_embedded(settings.jobs)
    try:
        run_web(platform)
    finally:
        workers.stop(GRACE_S)
    return 0


def run_web(platform: Platform) -> None:
    import uvicorn  # noqa: PLC0415

    from server.app import create_app  # noqa: PLC0415

    settings = platform.settings.web
    uvicorn.run(
        create_app(platform),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )

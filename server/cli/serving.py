"""`careferry serve`, `web` and `worker`: the processes of an installation.

What only one of them runs is imported where it is run: a restart is a moment without service.
"""

import argparse
import os
import socket
from contextlib import suppress
from typing import Any

from server.core.db.roles import check_role
from server.core.log import configure_logging
from server.core.platform import Platform, open_platform
from server.settings import Settings, SettingsRefused, Web, load

EXIT_NOT_STARTED = 3
"""As uvicorn itself exits when the application does not come up."""
KEEP_ALIVE_S = 65
"""Longer than a kiosk keeps a connection: on a bad link the answer may come later than uvicorn's own five seconds."""
TCP_THIN_LINEAR_TIMEOUTS = 16
"""Of linux/tcp.h; Python does not name it."""


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
    settings = load(os.environ)
    with listen(settings.web) as listener:
        return run_both(settings, listener)


def web(_: argparse.Namespace) -> int:
    configure_logging()
    settings = load(os.environ)
    with listen(settings.web) as listener:
        platform = open_platform(settings)
        check_role(platform.engine)
        return run_web(platform, listener)


def worker(_: argparse.Namespace) -> int:
    from workers.main import run_worker  # noqa: PLC0415

    configure_logging()
    run_worker(load(os.environ))
    return 0


def run_both(settings: Settings, listener: socket.socket) -> int:
    """Web and workers in one process until it is told to stop; the workers finish or give back what they hold."""
    from workers.main import GRACE_S, start_embedded  # noqa: PLC0415

    platform = open_platform(settings)
    check_role(platform.engine)
    workers = start_embedded(settings.jobs)
    try:
        return run_web(platform, listener)
    finally:
        workers.stop(GRACE_S)


def listen(web: Web) -> socket.socket:
    """The socket the web answers on, taken before anything else starts; SettingsRefused when it is not to be had."""
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        listener = socket.create_server((web.host, web.port), family=family, backlog=2048)
    except OSError as error:
        raise SettingsRefused(
            f"web.host and web.port: {web.host}:{web.port} cannot be opened ({error.strerror}). "
            "Stop what uses it, or choose another port."
        ) from error
    # Of every connection from here on: an answer that is lost is sent again after a second or two each time, where the
    # kernel would wait twice as long as before, up to a minute, while a kiosk or a phone waits for it.
    listener.setsockopt(socket.IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1)
    return listener


def run_web(platform: Platform, listener: socket.socket) -> int:
    import uvicorn  # noqa: PLC0415

    from server.app import create_app  # noqa: PLC0415
    from server.cli.http_protocol import BoundedProtocol  # noqa: PLC0415
    from server.contract.call import MAX_FRAME_BYTES  # noqa: PLC0415

    config = uvicorn.Config(
        create_app(platform.settings),
        http=BoundedProtocol,
        # Without compression: a frame of 64 KiB unpacks to no more than that.
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # uvicorn has stopped in order, and hands Ctrl-C on
        server.run(sockets=[listener])
    return 0 if server.started else EXIT_NOT_STARTED

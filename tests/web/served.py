"""The sample application served on this machine, and Chromium to open it with."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal

import uvicorn
from litestar import Litestar
from playwright.async_api import Browser, async_playwright, expect

from tests.support.requirements import chromium_path

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# Playwright's five seconds are for a machine that does nothing else; a longer wait costs nothing where all is well.
expect.set_options(timeout=20_000)


@asynccontextmanager
async def serve(app: Litestar, *, sockets: Literal["none", "websockets-sansio"] = "none") -> AsyncGenerator[str]:
    """The address of the application, which runs in this very event loop."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, ws=sockets)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()


@asynccontextmanager
async def open_browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield browser
        await browser.close()

"""Everywhere that an installation leaves bytes: each place with what lies there."""

import subprocess
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from tests.journeys.stack import Stack, StackKind
from tests.workers.brokers import REDIS_URL

Place = tuple[str, bytes]


async def places_of(stack: Stack) -> AsyncIterator[Place]:
    """Files (the database and its log, objects, keys, checkpoints, the processes' output), rows and objects."""
    for path in sorted(stack.folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(stack.folder)), path.read_bytes()
    if stack.settings.database.url.startswith("postgresql"):
        async for place in _rows(stack.settings.database.url):
            yield place
    async for info in stack.platform.objects.list(""):
        yield f"object {info.key}", info.key.encode() + await stack.platform.objects.get(info.key)


async def _rows(url: str) -> AsyncIterator[Place]:
    """Every row of every table as text; bytes stand there in hex, so both the hex and the bytes are told."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            for row in await connection.fetch(f'SELECT * FROM "{table}"'):  # noqa: S608  (the database's own names)
                yield f"table {table}", b"\n".join(_bytes_of(value) for value in row.values())
    finally:
        await connection.close()


def _bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@contextmanager
def broker_traffic(kind: StackKind, folder: Path) -> Generator[Path]:
    """A file that gathers every command that Redis is given meanwhile; empty where there is no such broker."""
    told = folder / "broker-traffic.txt"
    told.touch()
    if kind is not StackKind.REDIS:
        yield told
        return
    with told.open("wb") as file, subprocess.Popen(["redis-cli", "-u", REDIS_URL, "monitor"], stdout=file) as monitor:
        yield told
        monitor.terminate()

"""The ground that measuring the intake needs: a platform in a folder, a clinic, a web process, and a lean sender."""

import asyncio
import hashlib
import http.client
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from server.contract.upload import UPLOADS_PATH
from server.core.db.migrate import migrate
from server.core.keys import create_keys
from server.core.platform import open_platform
from server.settings import Settings
from tests.intake.application import ACTOR_HEADER
from tests.intake.clinic import Clinic, declare, make_clinic
from tests.intake.processes import WebProcess, web_process
from tests.intake.tus import PIECE_TYPE, RESUMABLE, actor_name, creation_headers
from tests.support.platforms import settings_in


class Ground(NamedTuple):
    web: WebProcess
    clinic: Clinic
    objects: Path

    def create(self, content: bytes) -> str:
        """The address of a new upload of `content`."""
        headers = creation_headers(declare(content, self.clinic.patient_id))
        return request(self.web.url, "POST", UPLOADS_PATH, {**self.actor, **headers})["Location"]

    def patch(self, address: str, offset: int, content: memoryview) -> None:
        """Send the bytes from `offset` on; they are durable on return."""
        headers = {**self.actor, **RESUMABLE, **PIECE_TYPE, "Upload-Offset": str(offset)}
        answer = request(self.web.url, "PATCH", address, headers, content)
        assert int(answer["Upload-Offset"]) == offset + len(content)

    @property
    def actor(self) -> dict[str, str]:
        return {ACTOR_HEADER: actor_name(self.clinic.worker.actor_id)}


@contextmanager
def intake_ground(parent: Path | None = None) -> Generator[Ground]:
    """A web process over SQLite and a folder, as in the embedded mode."""
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        settings = settings_in(Path(folder), f"sqlite:///{folder}/careferry.sqlite")
        create_keys(settings.keys.folder)
        clinic = asyncio.run(_prepare(settings))
        with web_process(settings, [clinic.worker]) as web:
            yield Ground(web, clinic, Path(folder) / "objects")


async def _prepare(settings: Settings) -> Clinic:
    platform = open_platform(settings)
    try:
        await migrate()
        return await make_clinic()
    finally:
        await platform.engine.close_connection_pool()


def request(
    url: str, method: str, path: str, headers: Mapping[str, str], body: memoryview | bytes = b""
) -> http.client.HTTPMessage:
    """One request on a connection of its own, with as little work as Python allows; its answer's headers."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        if body:
            connection.sock.sendall(body)
        answer = connection.getresponse()
        answer.read()
        assert answer.status < 300, f"{method} {path}: {answer.status}"
        return answer.headers
    finally:
        connection.close()


def numbered_bytes(size_bytes: int, number: int) -> bytes:
    """Content that no other number gives, cheaply."""
    block = hashlib.shake_256(str(number).encode()).digest(1 << 20)
    return (block * (size_bytes // len(block) + 1))[:size_bytes]

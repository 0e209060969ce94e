"""A kiosk at the far end of a bad link, a server at the near one, and a specialist who looks at the case's page."""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import msgspec

from kiosk.settings import SETTINGS_FILE, Settings
from kiosk.spool.model import Entry
from kiosk.spool.opening import open_spool
from kiosk.spool.packing import confirm_visit
from kiosk.uplink.opening import open_sending
from kiosk.uplink.trust import Trust
from server.core.access import Role
from server.core.db import platform_wide
from server.core.platform import now
from tests.bench.wire import PEERS
from tests.fleet.kiosk import KioskKey, enrol
from tests.journeys.people import Cast, make_cast
from tests.journeys.stack import Stack, StackKind, open_stack
from tests.kiosk.test_own_key import write_identity
from tests.kiosk.visits import make_visit, noise
from tests.support.lossy_link import LossyLink
from tests.support.people import begin, hold_session, make_person
from tests.support.platforms import Templates

LOOK_EVERY_S = 0.5
GIVE_UP_S = 600.0


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """`folder` is the kiosk's, which has met its server before and whose spool holds one case."""

    link: LossyLink
    stack: Stack
    cast: Cast
    folder: Path
    entry: Entry

    @property
    def sealed_bytes(self) -> int:
        return sum(item.size_bytes for item in self.entry.items)

    async def start(self) -> Process:
        command = [sys.executable, str(PEERS / "kiosk_uplink.py"), str(self.folder)]
        return await asyncio.create_subprocess_exec(*self.link.inside(command), stdout=subprocess.PIPE)


@contextlib.asynccontextmanager
async def ground(link: LossyLink, photo_px: tuple[int, int], photos: int) -> AsyncGenerator[Ground]:
    """Photographs of noise: nothing makes them smaller, nor their previews."""
    with tempfile.TemporaryDirectory() as home:
        async with _served(Path(home), link) as (stack, cast):
            folder = await _claimed(Path(home) / "kiosk", stack, cast)
            contents = [noise(Random(number), photo_px) for number in range(photos)]
            taken_by = cast.worker.actor_id
            visit = make_visit(cast.holders[0].patient_id, *contents, taken_by=taken_by, has_previews=True)
            spool = open_spool(folder / "spool").spool
            entry = confirm_visit(spool, Trust(folder).sealing_key, visit, now())
            spool.close()
            yield Ground(link=link, stack=stack, cast=cast, folder=folder, entry=entry)


async def told(process: Process) -> AsyncIterator[dict[str, Any]]:
    """What the kiosk says, line by line."""
    assert process.stdout is not None
    async for line in process.stdout:
        yield json.loads(line)


async def see_previews(ground: Ground, photos: int) -> float:
    """When the specialist's page first showed the case with a picture of every photograph, each fetched."""
    async with httpx.AsyncClient(base_url=ground.stack.url, headers={"Accept": "text/html"}) as http:
        hold_session(http, await begin(ground.cast.reader.person_id))
        given_up_at = time.monotonic() + GIVE_UP_S
        while time.monotonic() < given_up_at:
            if await _are_seen(http, ground.entry.case_id, photos):
                return time.monotonic()
            await asyncio.sleep(LOOK_EVERY_S)
    return float("inf")


async def _are_seen(http: httpx.AsyncClient, case_id: UUID, photos: int) -> bool:
    page = await http.get(f"/queue/cases/{case_id}")
    if page.status_code != 200 or "Measurements" not in page.text:
        return False
    addresses = {word for word in page.text.split('"') if word.startswith("/cases/") and word.endswith("/early.jpg")}
    pictures = [await http.get(address) for address in addresses]
    return len([each for each in pictures if each.content.startswith(b"\xff\xd8\xff")]) == photos


async def _claimed(folder: Path, stack: Stack, cast: Cast) -> Path:
    """The folder of a kiosk with a key of its own that has met its server, as every kiosk has."""
    key = KioskKey()
    with platform_wide():
        kiosk_id = await enrol(await make_person(cast.clinic_id, Role.ADMINISTRATOR), key)
    write_identity(folder, str(kiosk_id), key)
    settings = Settings(server_url=stack.url, region="SL-W")
    (folder / SETTINGS_FILE).write_bytes(msgspec.json.encode(settings))
    spool = open_spool(folder / "spool").spool
    async with open_sending(folder, settings, spool) as sending:
        await sending.turn()
    spool.close()
    return folder


@contextlib.asynccontextmanager
async def _served(home: Path, link: LossyLink) -> AsyncGenerator[tuple[Stack, Cast]]:
    templates = Templates(home)
    async with open_stack(StackKind.EMBEDDED, home, templates, None, host=link.near) as stack, stack.running("serve"):
        yield stack, await make_cast(1)

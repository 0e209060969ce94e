"""A kiosk's uplink over a link of 64 kbit/s with 300 ms round trip, 20 % of packets lost each way, and five cuts.

Beside it, over the same kind of link in the same run: the same bytes in one plain TCP stream, which has nothing to
resume and no receipts. Needs root, since packets are shaped through TUN devices.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from random import Random

import msgspec

from kiosk.settings import SETTINGS_FILE, Settings
from kiosk.spool.opening import open_spool
from kiosk.spool.packing import confirm_visit
from kiosk.uplink.opening import open_sending
from kiosk.uplink.trust import Trust
from server.core.access import Role
from server.core.db import platform_wide
from server.core.platform import now
from tests.bench.figure import Figure, bounded
from tests.fleet.kiosk import KioskKey, enrol
from tests.journeys.people import Cast, make_cast
from tests.journeys.stack import Stack, StackKind, open_stack
from tests.kiosk.test_own_key import write_identity
from tests.kiosk.visits import make_visit, noise
from tests.support.lossy_link import LossyLink, Shape, is_possible, lossy_link
from tests.support.people import make_person
from tests.support.platforms import Templates

PHOTO_PX = (680, 510)
"""Of noise, which JPEG makes 300 kB of."""
SHAPE = Shape(cuts=((10, 3), (30, 5), (60, 4), (95, 6), (130, 3)))
PEERS = Path(__file__).parent / "peers"
PLAIN = """
import socket, sys
sending = socket.create_connection((sys.argv[1], int(sys.argv[2])), 120)
sending.settimeout(900)
sending.sendall(bytes(int(sys.argv[3])))
sending.shutdown(socket.SHUT_WR)
sending.recv(1)
"""


def measure() -> Iterator[Figure]:
    if missing := is_possible():
        raise SystemExit(f"a link cannot be shaped here: needs {missing}")
    told, item_bytes = _send_a_case()
    plain_s = _send_plainly(item_bytes)
    yield bounded("time_to_queued", told["contract_s"], plain_s, "s", 60.0)
    ratio = told["sent_s"] / plain_s
    yield Figure(
        name="uplink_efficiency",
        value=told["sent_s"],
        unit="s",
        floor=plain_s,
        ratio=ratio,
        goal="value / floor ≤ 1.3",
        holds=told["state"] == "sent" and ratio <= 1.3,
    )
    yield bounded("bytes_resent", 100 * (told["bytes"] / item_bytes - 1), 0.0, "%", 5.0)


def _send_a_case() -> tuple[dict[str, float], int]:
    """What the kiosk at the far end told, and how many sealed bytes its case has."""
    with tempfile.TemporaryDirectory() as home, lossy_link(SHAPE) as link:
        return asyncio.run(_run(Path(home), link))


async def _run(home: Path, link: LossyLink) -> tuple[dict[str, float], int]:
    async with _served(home, link) as (stack, cast):
        key = KioskKey()
        folder = home / "kiosk"
        with platform_wide():
            kiosk_id = await enrol(await make_person(cast.clinic_id, Role.ADMINISTRATOR), key)
        write_identity(folder, str(kiosk_id), key)
        settings = Settings(server_url=stack.url, region="SL-W")
        (folder / SETTINGS_FILE).write_bytes(msgspec.json.encode(settings))
        spool = open_spool(folder / "spool").spool
        async with open_sending(folder, settings, spool) as sending:
            await sending.turn()  # it has met its server before, as every kiosk has
        visit = make_visit(cast.holders[0].patient_id, noise(Random(5), PHOTO_PX), taken_by=cast.worker.actor_id)
        entry = confirm_visit(spool, Trust(folder).sealing_key, visit, now())
        spool.close()
        command = [sys.executable, str(PEERS / "kiosk_uplink.py"), str(folder)]
        process = await asyncio.create_subprocess_exec(*link.inside(command), stdout=subprocess.PIPE)
        said, _ = await process.communicate()
    return json.loads(said), sum(item.size_bytes for item in entry.items)


@contextlib.asynccontextmanager
async def _served(home: Path, link: LossyLink) -> AsyncGenerator[tuple[Stack, Cast]]:
    templates = Templates(home)
    async with open_stack(StackKind.EMBEDDED, home, templates, None, host=link.near) as stack, stack.running("serve"):
        yield stack, await make_cast(1)


def _send_plainly(total_bytes: int) -> float:
    """Seconds for the same bytes over the same link, its cuts at the same times."""
    with lossy_link(SHAPE) as link:
        return asyncio.run(_receive_plainly(link, total_bytes))


async def _receive_plainly(link: LossyLink, total_bytes: int) -> float:
    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.write(b"!")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(receive, link.near, 0)
    port = server.sockets[0].getsockname()[1]
    begun_s = time.monotonic()
    command = [sys.executable, "-c", PLAIN, link.near, str(port), str(total_bytes)]
    process = await asyncio.create_subprocess_exec(*link.inside(command))
    await process.wait()
    server.close()
    return time.monotonic() - begun_s

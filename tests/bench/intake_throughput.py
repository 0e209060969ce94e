"""How fast a resumable upload is beside a bare PATCH to a file, both in pieces of 8 MiB, in turns on one machine.

The whole: the intake's PATCH, each piece hashed, encrypted, durable in the object store and recorded before the
offset moves, the digest of the whole verified. The floor: `bare_upload`. Both servers are uvicorn processes of their
own; the sender, which both share the two cores with, does nothing but send.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from server.contract.upload import PIECE_BYTES
from tests.bench.figure import Figure, at_least
from tests.bench.intake_ground import Ground, intake_ground, numbered_bytes, request

UPLOAD_BYTES = 16 * PIECE_BYTES
ROUNDS = 5
GOAL = 0.6
MEBIBYTE = 1024 * 1024


class Bare(NamedTuple):
    url: str
    folder: Path


def measure(rounds: int = ROUNDS, parent: Path | None = None) -> Figure:
    """The best of `rounds` each, taken in turns; one PATCH carries the whole file."""
    with bare_server(parent) as bare, intake_ground(parent) as ground:
        floor_s = value_s = float("inf")
        for number in range(rounds):
            content = numbered_bytes(UPLOAD_BYTES, number)
            floor_s = min(floor_s, _send_bare(bare, content))
            value_s = min(value_s, _send(ground, content))
    value, floor = (UPLOAD_BYTES / seconds / MEBIBYTE for seconds in (value_s, floor_s))
    return at_least("intake_throughput", value, floor, "MiB/s", GOAL)


def _send_bare(bare: Bare, content: bytes) -> float:
    """Seconds from the first byte to the answer."""
    began = time.perf_counter()
    request(bare.url, "PATCH", "/file", {}, memoryview(content))
    ended = time.perf_counter()
    _remove_files(bare.folder)
    return ended - began


def _send(ground: Ground, content: bytes) -> float:
    """Seconds from the first byte to the acknowledgement."""
    address = ground.create(content)
    began = time.perf_counter()
    ground.patch(address, 0, memoryview(content))
    ended = time.perf_counter()
    _remove_files(ground.objects)
    return ended - began


def _remove_files(folder: Path) -> None:
    """Give the memory that caches them back: a virtual machine pays dearly for memory it never touched before."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()


@contextmanager
def bare_server(parent: Path | None) -> Generator[Bare]:
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        command = [sys.executable, "-m", "tests.bench.bare_upload", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield Bare(f"http://127.0.0.1:{int(process.stdout.readline())}", Path(folder))
            finally:
                process.kill()


if __name__ == "__main__":
    sys.stdout.write(f"{measure()}\n")

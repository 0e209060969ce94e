"""How fast a resumable upload is beside a bare PATCH to a file, both in pieces of 8 MiB, in turns on one machine.

The whole: the intake's PATCH, each piece hashed, encrypted, durable in the object store and recorded before the
offset moves, the digest of the whole verified. The floor: `bare_upload`. Both servers are uvicorn processes of their
own; the sender, which both share the two cores with, does nothing but send.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from server.contract.upload import PIECE_BYTES
from tests.bench.intake_ground import Figure, Ground, intake_ground, numbered_bytes, request

UPLOAD_BYTES = 16 * PIECE_BYTES
ROUNDS = 5
GOAL = 0.6
MEBIBYTE = 1024 * 1024


class Bare(NamedTuple):
    url: str
    folder: Path


def measure(rounds: int = ROUNDS, parent: Path | None = None) -> tuple[Figure, ...]:
    """The best of `rounds` each, taken in turns: whole files in one PATCH, and one PATCH for each piece."""
    with bare_server(parent) as bare, intake_ground(parent) as ground:
        one, each = UPLOAD_BYTES, PIECE_BYTES
        return (
            _compare("intake_throughput", rounds, one, bare, ground),
            _compare("intake_throughput_patch_per_piece", rounds, each, bare, ground),
        )


def _compare(name: str, rounds: int, patch_bytes: int, bare: Bare, ground: Ground) -> Figure:
    floor_s = value_s = float("inf")
    for number in range(rounds):
        content = numbered_bytes(UPLOAD_BYTES, number)
        floor_s = min(floor_s, _send(content, patch_bytes, _to_bare(bare.url, f"{name}-{number}")))
        _remove_files(bare.folder)
        address = ground.create(content)
        value_s = min(value_s, _send(content, patch_bytes, lambda offset, part: ground.patch(address, offset, part)))
        _remove_files(ground.objects)
    value, floor = (UPLOAD_BYTES / seconds / MEBIBYTE for seconds in (value_s, floor_s))
    return Figure(name, value, "MiB/s", floor, f"value / floor ≥ {GOAL}", value / floor >= GOAL)


def _to_bare(url: str, name: str) -> Callable[[int, memoryview], object]:
    return lambda _, part: request(url, "PATCH", f"/{name}", {}, part)


def _send(content: bytes, patch_bytes: int, patch: Callable[[int, memoryview], object]) -> float:
    """Seconds from the first byte to the last acknowledgement."""
    whole = memoryview(content)
    began = time.perf_counter()
    for offset in range(0, len(content), patch_bytes):
        patch(offset, whole[offset : offset + patch_bytes])
    return time.perf_counter() - began


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
    for figure in measure():
        sys.stdout.write(f"{figure} ratio {figure.value / figure.floor:.2f}\n")

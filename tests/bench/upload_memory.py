"""How much more memory a web process holds while fifty files of 20 MB arrive at once."""

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.bench.figure import Figure, bounded
from tests.bench.intake_ground import Ground, intake_ground, numbered_bytes

UPLOADS = 50
UPLOAD_BYTES = 20_000_000
GOAL_MB = 100
MEGABYTE = 1_000_000
RESET_PEAK = "5"


def measure(uploads: int = UPLOADS, parent: Path | None = None) -> Figure:
    """The peak of resident memory while `uploads` run, less what the same process holds when nothing does."""
    with intake_ground(parent) as ground:
        _send(ground, numbered_bytes(MEGABYTE, -1))
        idle = _memory(ground, "VmRSS")
        _reset_peak(ground)
        contents = [numbered_bytes(UPLOAD_BYTES, number) for number in range(uploads)]
        with ThreadPoolExecutor(uploads) as senders:
            list(senders.map(partial(_send, ground), contents))
        grown = (_memory(ground, "VmHWM") - idle) / MEGABYTE
    return bounded("upload_memory", grown, idle / MEGABYTE, "MB", GOAL_MB)


def _send(ground: Ground, content: bytes) -> None:
    ground.patch(ground.create(content), 0, memoryview(content))


def _memory(ground: Ground, name: str) -> int:
    """`VmRSS` (now) or `VmHWM` (its peak) of the web process in bytes, as proc(5) tells them."""
    status = Path(f"/proc/{ground.web.process_id}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith(name)]
    return int(line.split()[1]) * 1024


def _reset_peak(ground: Ground) -> None:
    Path(f"/proc/{ground.web.process_id}/clear_refs").write_text(RESET_PEAK, encoding="ascii")


if __name__ == "__main__":
    sys.stdout.write(f"{measure()}\n")

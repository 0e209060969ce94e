"""What preparing an upload costs beside bare OpenCV, both measured in turn on the same machine.

The whole: a 12-megapixel JPEG through the sandbox to master, 2048 px, 512 px and deep-zoom tiles, then the pack
encrypted and put into a folder store. The floor: OpenCV's full decode, two INTER_AREA reductions and three JPEG
encodes at quality 85, in one warm process.
"""

import asyncio
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
from PIL import Image

from imaging.colour import Pixels
from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.sandbox import Sandbox
from server.core.objects.folder import FolderStore
from server.core.vault.sealing import VaultKey
from tests.bench.figure import Figure, at_most
from tests.imaging.made_files import exif
from tests.imaging.made_profiles import display_p3_profile

ROUNDS = 9
UPLOAD_QUALITY = 92


def measure(rounds: int = ROUNDS) -> tuple[Figure, ...]:
    """Upright sRGB and rotated Display P3, the best of `rounds` each, beside the floor of the same rounds.

    The best, because other work on the machine only ever adds time (the reasoning of Python's `timeit`).
    """
    pixels = draw(Scene(Subject.WOUND, SkinTone.TAN, View.MEDIUM, width_px=4000, height_px=3000, has_ruler=True))
    upright = _encode(pixels)
    rotated = _encode(pixels, exif=exif(orientation=6), icc_profile=display_p3_profile())
    threads = cv2.getNumThreads()
    cv2.setNumThreads(len(os.sched_getaffinity(0)))
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        store = _Store(Path(folder))
        work: dict[str, Callable[[], object]] = {
            "floor": lambda: _floor(upright),
            "upright": lambda: store.keep(sandbox.prepare(upright).packed),
            "rotated_p3": lambda: store.keep(sandbox.prepare(rotated).packed),
        }
        taken_ms = _measure_in_turn(work, rounds)
    cv2.setNumThreads(threads)
    floor_ms = taken_ms["floor"]
    return (
        at_most("photo_preparation", taken_ms["upright"], floor_ms, "ms", 1.8),
        at_most("photo_preparation_rotated_p3", taken_ms["rotated_p3"], floor_ms, "ms", 2.8),
    )


class _Store:
    """Where a prepared photograph ends: sealed under a vault's key, flushed to disk."""

    def __init__(self, folder: Path) -> None:
        self._store = FolderStore(folder, free_disk_bytes=0)
        self._key = VaultKey(uuid4(), uuid4(), {1: os.urandom(32)})

    def keep(self, packed: bytes) -> None:
        name = f"bench/{uuid4().hex}"
        asyncio.run(self._store.put(name, self._key.seal_object(name, packed)))


def _measure_in_turn(work: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Least milliseconds of each, after one round that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds + 1):
        for name, run in work.items():
            start = time.perf_counter()
            run()
            taken[name].append((time.perf_counter() - start) * 1000)
    return {name: min(each[1:]) for name, each in taken.items()}


def _floor(data: bytes) -> None:
    full = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    height_px, width_px = full.shape[:2]
    for long_edge_px in (max(width_px, height_px), 2048, 512):
        share = long_edge_px / max(width_px, height_px)
        size = (round(width_px * share), round(height_px * share))
        view = full if share == 1 else cv2.resize(full, size, interpolation=cv2.INTER_AREA)
        cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, 85])


def _encode(pixels: Pixels, **options: bytes) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels[:, :, ::-1]).save(file, "JPEG", quality=UPLOAD_QUALITY, **options)
    return file.getvalue()

"""Makes a plain photograph of a stranger's: upright sRGB pixels encoded anew, a small one, previews, and the verdict.

For a kiosk, which shows what a patient's phone sent and sends it on, and which must never decode it itself.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cv2
import msgspec
import numpy as np

from imaging.colour import Pixels
from imaging.decode import decode_photo
from imaging.formats import Limits, PhotoFormat, probe
from imaging.pack import Part, write_pack
from imaging.plain_parts import MEDIA_TYPES, PHOTO, PREVIEWS, SCREEN
from imaging.preview import make_preview
from imaging.quality import judge
from imaging.quality_picture import scale_down
from imaging.refusals import PhotoRefused, Refusal
from imaging.renditions import MASTER_QUALITY

LONG_EDGE_PX = 4096
"""More pixels than a 12-megapixel camera has show no more of a skin, and take an hour of a slow link."""
SCREEN_QUALITY, SCREEN_LONG_EDGE_PX = 70, 640
_THREADS_MAX = 4
cv2.setNumThreads(1)


def plain_task(data: bytes, options: bytes, read_complaints: Callable[[], bytes]) -> tuple[bytes, list[memoryview]]:
    """As the sandbox runs it: `options` is `Limits` as JSON; answers the `Verdict` as JSON and a pack."""
    limits = msgspec.json.decode(options, type=Limits)
    header = probe(data, limits)
    if header.format is PhotoFormat.DICOM:
        raise PhotoRefused(Refusal.UNSUPPORTED_FORMAT, "DICOM files are not taken here.")
    with ThreadPoolExecutor(min(_THREADS_MAX, len(os.sched_getaffinity(0)))) as executor:
        pixels = decode_photo(data, header, limits, executor, read_complaints).pixels
    kept = scale_down(pixels, LONG_EDGE_PX)
    height_px, width_px = kept.shape[:2]
    made = {
        SCREEN: _encode(scale_down(kept, SCREEN_LONG_EDGE_PX), SCREEN_QUALITY),
        **{name: memoryview(make_preview(kept, bounds)) for name, bounds in PREVIEWS.items()},
        PHOTO: _encode(kept, MASTER_QUALITY),
    }
    _, buffers = write_pack([Part(name, MEDIA_TYPES[name], content) for name, content in made.items()])
    return msgspec.json.encode(judge(kept, width_px, height_px)), buffers


def _encode(pixels: Pixels, quality: int) -> memoryview:
    is_done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not is_done:
        raise RuntimeError("OpenCV could not encode a JPEG")
    return memoryview(encoded.tobytes())

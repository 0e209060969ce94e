"""Makes the previews of a photograph when it is kept, and only those that are worth their bytes."""

import cv2
import msgspec
import numpy as np

from imaging.colour import Pixels
from imaging.preview import LARGE, SMALL, make_preview
from server.contract.preview import PreviewStep

BOUNDS = {PreviewStep.SMALL: SMALL, PreviewStep.LARGE: LARGE}
WORTH = 4
"""A photograph of less than so many times its preview is soon there itself."""


class MadePreview(msgspec.Struct, frozen=True, kw_only=True):
    step: PreviewStep
    content: bytes


def worthwhile(photo_bytes: int) -> list[PreviewStep]:
    """The previews that are worth their bytes beside a photograph of that size, the smaller first."""
    return [step for step in PreviewStep if photo_bytes >= WORTH * BOUNDS[step].bytes_max]


def previews_of(jpeg: bytes) -> tuple[MadePreview, ...]:
    """The smaller first; none of a photograph that is small itself."""
    wanted = worthwhile(len(jpeg))
    if not wanted:
        return ()
    pixels: Pixels = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
    return tuple(MadePreview(step=step, content=make_preview(pixels, BOUNDS[step])) for step in wanted)

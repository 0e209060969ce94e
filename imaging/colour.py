"""Turns pixels of another colour space into sRGB, the one space that every screen shows truly."""

import io
from collections.abc import Callable
from concurrent.futures import Executor
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Pixels = NDArray[np.uint8]
"""Rows by columns by 3, blue green red, 8 bits."""

# Strips of about this many rows stay in the processor's cache through all three steps: 12 megapixels in
# 21 ms, where whole-frame steps take 90 and lcms 230 on one core.
_STRIP_ROWS = 48
_PROBE_STEPS = 9
_LEVELS_APART_MAX = 1


class ColourSource(StrEnum):
    """What the file said about its colours."""

    SRGB_ASSUMED = "srgb_assumed"
    SRGB = "srgb"
    MATRIX = "matrix_profile"
    PROFILE = "other_profile"
    UNREADABLE = "unreadable_profile"


def make_srgb_profile() -> Any:
    """The profile of IEC 61966-2-1 as lcms builds it."""
    return ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownVariableType] -- Pillow does not say


class ToSrgb:
    """A conversion into sRGB made from one ICC profile.

    lcms is the judge: a cube of 9 by 9 by 9 colours goes through it first. Where the cube comes back unchanged
    (to one level) nothing is converted; where a matrix between sRGB's tone curves gives the same (to one
    level), as with Display P3, that fast way is taken; any other profile goes through lcms itself.
    """

    def __init__(self, icc_profile: bytes) -> None:
        self.source = ColourSource.SRGB_ASSUMED
        self._convert: Callable[[Pixels], Pixels] | None = None
        if icc_profile:
            self._choose(icc_profile)

    def apply(self, pixels: Pixels, executor: Executor) -> Pixels:
        """sRGB pixels of the same shape; `pixels` itself where nothing has to change."""
        convert = self._convert
        if convert is None:
            return pixels
        out = np.empty_like(pixels)

        def convert_strip(top: int) -> None:
            out[top : top + _STRIP_ROWS] = convert(pixels[top : top + _STRIP_ROWS])

        list(executor.map(convert_strip, range(0, len(pixels), _STRIP_ROWS)))
        return out

    def _choose(self, icc_profile: bytes) -> None:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
            transform = ImageCms.buildTransform(
                profile,
                make_srgb_profile(),
                "RGB",
                "RGB",
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            self.source = ColourSource.UNREADABLE
            return

        def by_lcms(pixels: Pixels) -> Pixels:
            return _through_lcms(pixels, transform)

        cube = _colour_cube()
        truth = by_lcms(cube)
        if _are_close(cube, truth):
            self.source = ColourSource.SRGB
            return
        matrix = _matrix_to_srgb(profile)
        if matrix is not None and _are_close(_through_matrix(cube, matrix), truth):
            self.source = ColourSource.MATRIX
            self._convert = lambda pixels: _through_matrix(pixels, matrix)
            return
        self.source = ColourSource.PROFILE
        self._convert = by_lcms


def _through_lcms(pixels: Pixels, transform: ImageCms.ImageCmsTransform) -> Pixels:
    image = Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    ImageCms.applyTransform(image, transform, inPlace=True)
    return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _through_matrix(pixels: Pixels, matrix: NDArray[np.float32]) -> Pixels:
    linear = cv2.transform(cv2.LUT(pixels, _LINEAR_FROM_CODE), matrix)
    return np.asarray(cv2.LUT(linear, _CODE_FROM_LINEAR), dtype=np.uint8)


def _matrix_to_srgb(profile: ImageCms.ImageCmsProfile) -> NDArray[np.float32] | None:
    """Linear blue-green-red of the profile to linear blue-green-red of sRGB; absent without colorants.

    Both sets of colorants are adapted to D50, as ICC.1 asks, so their white points agree.
    """
    tags: object = profile.profile  # pyright: ignore[reportUnknownVariableType] -- Pillow does not say
    if not isinstance(tags, ImageCms.core.CmsProfile):
        return None
    colorants = [c[0] for c in (tags.blue_colorant, tags.green_colorant, tags.red_colorant) if c is not None]
    if len(colorants) != 3:
        return None
    own = np.array(colorants).T
    return np.asarray(np.linalg.solve(_SRGB_COLORANTS_D50, own), dtype=np.float32)


def _colour_cube() -> Pixels:
    steps = np.linspace(0, 255, _PROBE_STEPS).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    return cube.reshape(_PROBE_STEPS, -1, 3)


def _are_close(one: Pixels, other: Pixels) -> bool:
    return int(cv2.absdiff(one, other).max()) <= _LEVELS_APART_MAX


# IEC 61966-2-1: tone curve, and the primaries adapted to D50 (Bradford); columns blue, green, red.
_SRGB_COLORANTS_D50 = np.array(
    [
        [0.1430804, 0.3850649, 0.4360747],
        [0.0606169, 0.7168786, 0.2225045],
        [0.7141733, 0.0971045, 0.0139322],
    ]
)


def _tone_to_linear() -> NDArray[np.uint16]:
    code = np.arange(256) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return (linear * 65535).round().astype(np.uint16)


def _linear_to_tone() -> NDArray[np.uint8]:
    linear = np.arange(65536) / 65535
    code = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (code * 255).round().astype(np.uint8)


_LINEAR_FROM_CODE = _tone_to_linear()
_CODE_FROM_LINEAR = _linear_to_tone()

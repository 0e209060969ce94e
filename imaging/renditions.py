"""Makes what people look at from upright sRGB pixels: master, review, preview and deep-zoom tiles."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import cv2
import numpy as np

from imaging.colour import Pixels
from imaging.pack import Part
from imaging.quality_picture import scaled_size
from imaging.results import Pyramid, Rendition

JPEG = "image/jpeg"
MASTER_QUALITY, VIEW_QUALITY = 92, 85
REVIEW_LONG_EDGE_PX, PREVIEW_LONG_EDGE_PX = 2048, 512
TILE_PX, OVERLAP_PX = 512, 1
# Raise when the same upload would give other pixels by the same algorithm.
VERSION = "1"
# From here on, making a ratio two first changes next to nothing.
_NEARLY_HALVING = 1.8


class Made(NamedTuple):
    """A picture's description and its bytes."""

    rendition: Rendition
    part: Part


class MadePyramid(NamedTuple):
    """A pyramid's description and its parts: `zoom.dzi`, then the tiles by level, row and column."""

    pyramid: Pyramid
    parts: Sequence[Part]


def make_master(pixels: Pixels) -> Made:
    """The photograph in full size, encoded again so that nothing of the upload but its pixels is kept."""
    return _make("master.jpg", pixels, MASTER_QUALITY, f"jpeg-q{MASTER_QUALITY}")


def make_view(name: str, pixels: Pixels, long_edge_px: int) -> Made:
    """A picture to look at, with a long edge of at most `long_edge_px`; never larger than `pixels`."""
    return _make(name, reduce(pixels, long_edge_px), VIEW_QUALITY, f"halving+area+jpeg-q{VIEW_QUALITY}")


def reduce(pixels: Pixels, long_edge_px: int) -> Pixels:
    """Smaller, so that the long edge is at most `long_edge_px`; a smaller one is returned as it is.

    By halves as often as there are, then by averaging areas, which OpenCV does slowly for a broken ratio. One of
    nearly two, which is what most phones' twelve megapixels have to 2048 px, is made two first: the same within
    rounding (58 dB on a phone's photograph), in less than half the time.
    """
    height_px, width_px = pixels.shape[:2]
    size = scaled_size(width_px, height_px, long_edge_px)
    while max(pixels.shape[:2]) >= 2 * long_edge_px and min(pixels.shape[:2]) > 1:
        pixels = _halve(pixels)
    ratio = max(pixels.shape[:2]) / max(size)
    if ratio == 1:
        return pixels
    if ratio >= _NEARLY_HALVING:
        twice = (2 * size[0], 2 * size[1])
        return _halve(np.asarray(cv2.resize(pixels, twice, interpolation=cv2.INTER_LINEAR), np.uint8))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def make_pyramid(pixels: Pixels, executor: Executor) -> MadePyramid:
    """Deep Zoom tiles of every level down to one pixel; each level halves the one above by area.

    Layout: Deep Zoom Image, schemas.microsoft.com/deepzoom/2008.
    """
    height_px, width_px = pixels.shape[:2]
    levels = list(_levels(pixels))
    jobs = [(level, picture, top) for level, picture in levels for top in range(0, picture.shape[0], TILE_PX)]
    rows = executor.map(_make_row, jobs)
    descriptor = _encode_descriptor(width_px, height_px)
    parts = [
        Part("zoom.dzi", "application/xml", memoryview(descriptor)),
        *(tile for row in rows for tile in row),
    ]
    size_bytes = sum(part.content.nbytes for part in parts)
    algorithm = f"dzi+area-halving+jpeg-q{VIEW_QUALITY}"
    count = len(levels)
    pyramid = Pyramid("zoom.dzi", TILE_PX, OVERLAP_PX, count, width_px, height_px, size_bytes, algorithm, VERSION)
    return MadePyramid(pyramid, parts)


def _levels(pixels: Pixels) -> Iterator[tuple[int, Pixels]]:
    """Level number and picture, the full one first; level 0 is one pixel."""
    level = (max(pixels.shape[:2]) - 1).bit_length()
    while True:
        yield level, pixels
        if level == 0:
            return
        pixels = _halve(pixels)
        level -= 1


def _halve(pixels: Pixels) -> Pixels:
    height_px, width_px = pixels.shape[:2]
    half = ((width_px + 1) // 2, (height_px + 1) // 2)
    return np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _make_row(job: tuple[int, Pixels, int]) -> list[Part]:
    """The tiles of one row; `job` is the level, its picture and the row's first line."""
    return list(_tiles_in_row(*job))


def _tiles_in_row(level: int, picture: Pixels, top: int) -> Iterator[Part]:
    row = picture[max(0, top - OVERLAP_PX) : top + TILE_PX + OVERLAP_PX]
    for left in range(0, picture.shape[1], TILE_PX):
        tile = row[:, max(0, left - OVERLAP_PX) : left + TILE_PX + OVERLAP_PX]
        name = f"zoom_files/{level}/{left // TILE_PX}_{top // TILE_PX}.jpg"
        yield Part(name, JPEG, _encode(tile, VIEW_QUALITY))


def _encode_descriptor(width_px: int, height_px: int) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="jpg" Overlap="{OVERLAP_PX}" '
        f'TileSize="{TILE_PX}"><Size Width="{width_px}" Height="{height_px}"/></Image>'
    ).encode()


def _make(name: str, pixels: Pixels, quality: int, algorithm: str) -> Made:
    content = _encode(pixels, quality)
    height_px, width_px = pixels.shape[:2]
    return Made(
        Rendition(name, JPEG, width_px, height_px, content.nbytes, algorithm, VERSION),
        Part(name, JPEG, content),
    )


def _encode(pixels: Pixels, quality: int) -> memoryview:
    is_done, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not is_done:
        raise RuntimeError("OpenCV could not encode a JPEG")
    return encoded.data.cast("B")

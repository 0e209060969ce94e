"""The pictures that a verdict is measured on: an overview, its halves, and tiles at full resolution."""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.colour import Pixels

OVERVIEW_LONG_EDGE_PX = 1024
SMALL_LONG_EDGE_PX = 256
TILE_PX = 128
_TILE_COLUMNS, _TILE_ROWS = 4, 3
_TILE_ALIGNED_PX = 8

Luma = NDArray[np.int32]
"""Rows by columns, 0 to 255."""
Channels = NDArray[np.int32]
"""Rows by columns by blue green red."""


class Tile(NamedTuple):
    """A rectangle of the full picture, in pixels."""

    left: int
    top: int
    width_px: int
    height_px: int


def scale_down(pixels: Pixels, long_edge_px: int) -> Pixels:
    """Average areas so that the long edge is at most `long_edge_px`; a smaller one is returned as it is."""
    height_px, width_px = pixels.shape[:2]
    size = scaled_size(width_px, height_px, long_edge_px)
    if size == (width_px, height_px):
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def overview_of(pixels: Pixels) -> Pixels:
    """Step 1. Halving first is averaging too, and OpenCV does it several times faster than a broken ratio."""
    halved = pixels
    while max(halved.shape[:2]) >= 2 * OVERVIEW_LONG_EDGE_PX and min(halved.shape[:2]) > 1:
        size = (halved.shape[1] // 2, halved.shape[0] // 2)
        halved = np.asarray(cv2.resize(halved, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    size = scaled_size(pixels.shape[1], pixels.shape[0], OVERVIEW_LONG_EDGE_PX)
    if size == (halved.shape[1], halved.shape[0]):
        return halved
    return np.asarray(cv2.resize(halved, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def scaled_size(width_px: int, height_px: int, long_edge_px: int) -> tuple[int, int]:
    """Width and height with a long edge of at most `long_edge_px`, each at least 1."""
    long_px = max(width_px, height_px)
    if long_px <= long_edge_px:
        return width_px, height_px
    scaled = (max(1, (2 * long_edge_px * side_px + long_px) // (2 * long_px)) for side_px in (width_px, height_px))
    width_px, height_px = scaled
    return width_px, height_px


def luma_of(pixels: NDArray[Any]) -> Luma:
    """Step 2: rows by columns, 0 to 255."""
    blue, green, red = (pixels[:, :, channel].astype(np.int32) for channel in range(3))
    return (77 * red + 150 * green + 29 * blue) >> 8


def reduce_to_small(pixels: Pixels) -> Channels:
    """Step 3: halve by means of two by two until the long edge is at most 256 px."""
    small = pixels.astype(np.int32)
    while max(small.shape[:2]) > SMALL_LONG_EDGE_PX and min(small.shape[:2]) > 1:
        even = small[: small.shape[0] // 2 * 2, : small.shape[1] // 2 * 2]
        small = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2] + 2) >> 2
    return small


def plan_tiles(width_px: int, height_px: int) -> tuple[Tile, ...]:
    """Step 10: twelve tiles of 128 px in the middles of a grid of four by three, at multiples of eight pixels."""
    wide_px, high_px = min(TILE_PX, width_px), min(TILE_PX, height_px)

    def starts(length_px: int, tile_px: int, count: int) -> list[int]:
        middles = [max(0, (2 * place + 1) * length_px // (2 * count) - tile_px // 2) for place in range(count)]
        return [min(middle, length_px - tile_px) // _TILE_ALIGNED_PX * _TILE_ALIGNED_PX for middle in middles]

    return tuple(
        Tile(left, top, wide_px, high_px)
        for top in starts(height_px, high_px, _TILE_ROWS)
        for left in starts(width_px, wide_px, _TILE_COLUMNS)
    )

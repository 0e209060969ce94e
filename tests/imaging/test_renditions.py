"""Renditions have the sizes that they claim, and the tiles put together are the picture."""

from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest

from imaging.colour import Pixels
from imaging.drawn import Scene, Subject, draw
from imaging.drawn_skin import SkinTone
from imaging.renditions import MadePyramid, make_master, make_pyramid, make_view, reduce


def pyramid_of(pixels: Pixels) -> MadePyramid:
    with ThreadPoolExecutor(2) as executor:
        return make_pyramid(pixels, executor)


def decode(content: memoryview) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("width_px, height_px", [(1300, 1027), (1024, 512), (513, 1025)])
def test_the_tiles_of_each_level_tile_it(width_px: int, height_px: int) -> None:
    pixels = draw(Scene(Subject.WOUND, SkinTone.TAN, width_px=width_px, height_px=height_px))
    made = pyramid_of(pixels)
    tiles = {part.name: decode(part.content) for part in made.parts[1:]}
    seen = 0
    for level in range(made.pyramid.levels):
        shrunk = 2 ** (made.pyramid.levels - 1 - level)
        level_width, level_height = -(-width_px // shrunk), -(-height_px // shrunk)
        for row in range(-(-level_height // 512)):
            for column in range(-(-level_width // 512)):
                tile = tiles[f"zoom_files/{level}/{column}_{row}.jpg"]
                left, top = max(0, column * 512 - 1), max(0, row * 512 - 1)
                right, bottom = min(level_width, column * 512 + 513), min(level_height, row * 512 + 513)
                assert tile.shape == (bottom - top, right - left, 3)
                if shrunk == 1:
                    error = np.abs(tile.astype(int) - pixels[top:bottom, left:right]).mean()
                    assert error < 3
                seen += 1
    assert seen == len(tiles)
    assert tiles["zoom_files/0/0_0.jpg"].shape == (1, 1, 3)


def test_the_descriptor_is_a_deep_zoom_image() -> None:
    made = pyramid_of(np.zeros((700, 900, 3), np.uint8))
    image = ET.fromstring(bytes(made.parts[0].content))  # noqa: S314 -- our own bytes
    assert image.tag == "{http://schemas.microsoft.com/deepzoom/2008}Image"
    assert image.attrib == {"Format": "jpg", "Overlap": "1", "TileSize": "512"}
    assert image[0].attrib == {"Width": "900", "Height": "700"}
    assert made.pyramid.size_bytes == sum(part.content.nbytes for part in made.parts)


def test_views_are_never_larger_than_the_photograph() -> None:
    pixels = np.full((300, 400, 3), 90, np.uint8)
    made = make_view("review.jpg", pixels, 2048)
    assert (made.rendition.width_px, made.rendition.height_px) == (400, 300)
    assert decode(made.part.content).shape == (300, 400, 3)


@pytest.mark.parametrize("width_px, height_px", [(1008, 756), (1020, 301), (913, 1000), (600, 511), (1024, 768)])
def test_a_picture_is_reduced_to_the_average_of_its_areas(width_px: int, height_px: int) -> None:
    """Noise is what tells: other kernels leave more or less of it, and in bands."""
    pixels = noise(width_px, height_px)
    reduced = reduce(pixels, 512)
    assert max(reduced.shape[:2]) == 512
    assert np.abs(reduced.astype(int) - averaged(pixels, reduced)).mean() < 0.5


@pytest.mark.parametrize("width_px, height_px", [(1500, 999), (4000, 3000), (5000, 17)])
def test_a_much_larger_picture_keeps_no_more_noise_than_its_average(width_px: int, height_px: int) -> None:
    pixels = noise(width_px, height_px)
    reduced = reduce(pixels, 512)
    assert max(reduced.shape[:2]) == 512
    assert reduced.std() < averaged(pixels, reduced).std() * 1.02


def noise(width_px: int, height_px: int) -> Pixels:
    return np.random.default_rng(3).normal(128, 12, (height_px, width_px, 3)).clip(0, 255).astype(np.uint8)


def averaged(pixels: Pixels, like: Pixels) -> Pixels:
    height_px, width_px = like.shape[:2]
    return np.asarray(cv2.resize(pixels, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)


def test_the_master_keeps_size_and_almost_every_level() -> None:
    pixels = draw(Scene(Subject.RASH, SkinTone.LIGHT, width_px=800, height_px=600))
    made = make_master(pixels)
    assert np.abs(decode(made.part.content).astype(int) - pixels).mean() < 3
    assert made.rendition.size_bytes == made.part.content.nbytes
    assert (made.rendition.algorithm, made.rendition.version) == ("jpeg-q92", "1")

"""Previews: always within their bytes, as large as they can be at a quality that is worth looking at."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging import preview
from imaging.colour import Pixels
from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.preview import LARGE, SMALL, PreviewBounds, make_preview
from server.contract.preview import PREVIEW_BYTES, PREVIEW_MEDIA_TYPE, PreviewStep


def noise(width_px: int, height_px: int, seed: int = 1) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)


def skin(width_px: int = 1600, height_px: int = 1200) -> Pixels:
    scene = Scene(subject=Subject.MOLE, tone=SkinTone.TAN, view=View.CLOSE)
    return np.asarray(cv2.resize(draw(scene), (width_px, height_px)), dtype=np.uint8)


def decoded(webp: bytes) -> Pixels:
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    return np.asarray(cv2.imdecode(np.frombuffer(webp, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)


@pytest.mark.parametrize("bounds", [SMALL, LARGE])
def test_a_picture_of_skin_has_the_full_edge_and_looks_as_it_did(bounds: PreviewBounds) -> None:
    pixels = skin()
    made = make_preview(pixels, bounds)
    shown = decoded(made)
    assert len(made) <= bounds.bytes_max
    assert max(shown.shape[:2]) == bounds.long_edge_px
    same = cv2.resize(pixels, shown.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert cv2.PSNR(np.asarray(same, np.uint8), shown) > 32


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.integers(0, 9))
def test_noise_of_any_shape_fits(width_px: int, height_px: int, seed: int) -> None:
    for bounds in (SMALL, LARGE):
        made = make_preview(noise(width_px, height_px, seed), bounds)
        assert len(made) <= bounds.bytes_max
        assert max(decoded(made).shape[:2]) <= max(width_px, height_px)


def test_fewer_pixels_before_worse_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise does not fit at 512 pixels: it is shown smaller, at no quality below the least."""
    asked: list[int] = []
    encode = preview._encode

    def listen(picture: Pixels, quality: int) -> bytes:
        asked.append(quality)
        return encode(picture, quality)

    monkeypatch.setattr(preview, "_encode", listen)
    shown = decoded(make_preview(noise(2000, 1500), SMALL))
    assert 100 < max(shown.shape[:2]) < SMALL.long_edge_px
    assert min(asked) == preview.QUALITIES[0]
    assert len(asked) <= 14


def test_a_small_picture_is_not_blown_up() -> None:
    assert decoded(make_preview(skin(120, 90), LARGE)).shape == (90, 120, 3)


def test_a_bound_that_nothing_meets_is_told() -> None:
    with pytest.raises(ValueError, match="fits into 20 bytes"):
        make_preview(noise(640, 480), PreviewBounds(512, 20))


def test_the_bounds_are_those_of_the_contract() -> None:
    own = {PreviewStep.SMALL: SMALL.bytes_max, PreviewStep.LARGE: LARGE.bytes_max}
    assert own == PREVIEW_BYTES
    assert preview.MEDIA_TYPE == PREVIEW_MEDIA_TYPE

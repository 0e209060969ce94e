"""The verdict is right about made pictures, exact in its integers, and names its source."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from imaging.colour import Pixels
from imaging.drawn import Condition, Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.quality import (
    THRESHOLDS,
    judge,
    luma_of,
    measure_bright_luma,
    measure_clipped,
    measure_sharpness,
    scale_down,
)

VECTORS: list[dict[str, Any]] = json.loads(files("imaging").joinpath("data/quality_vectors.json").read_text())[
    "vectors"
]


def flaws(pixels: Pixels) -> set[str]:
    height_px, width_px = pixels.shape[:2]
    return {flaw.name for flaw in judge(pixels, width_px, height_px).flaws}


def picture_of(formula: str, width_px: int, height_px: int) -> Pixels:
    """The vectors' own formulas, in Python instead of the browser's language."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    known: dict[str, Any] = {"x": x, "y": y, "clamp": np.clip}
    channels: dict[str, Any] = {}
    for statement in formula.split("; "):
        *names, expression = statement.split(" = ")
        if " ? " in expression:
            condition, choices = expression.split(" ? ")
            expression = "where({}, {}, {})".format(condition, *choices.split(" : "))
        value = eval(expression, {"__builtins__": {}, "where": np.where}, known)  # noqa: S307
        channels |= dict.fromkeys(names, np.broadcast_to(value, x.shape))
    return np.stack([channels[name] for name in "bgr"], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_published_vectors_hold(vector: dict[str, Any]) -> None:
    luma = luma_of(picture_of(vector["pixel"], vector["widthPx"], vector["heightPx"]))
    assert int(luma.sum()) == vector["lumaSum"]
    assert measure_sharpness(luma) == vector["sharpnessPermille"]
    assert measure_bright_luma(luma) == vector["brightLuma"]
    assert measure_clipped(luma) == vector["clippedPermille"]


@pytest.mark.parametrize("spread_px", [1, 2, 3, 5])
def test_sharpness_measures_the_width_of_edges(spread_px: int) -> None:
    """For an edge spread evenly over k pixels it is 1000·(1 - k/9)."""

    def ramp(size_px: int) -> np.ndarray:
        return np.clip((np.arange(size_px) - size_px // 2) * 120 // spread_px, 0, 120)

    luma = (ramp(100)[None, :] + ramp(100)[:, None]).astype(np.int32)
    assert abs(measure_sharpness(luma) - 1000 * (9 - spread_px) // 9) <= 12


def test_motion_in_one_direction_counts_as_blur() -> None:
    sharp = draw(Scene(Subject.MOLE, SkinTone.LIGHT))
    assert "sharpness" not in flaws(sharp)
    assert "sharpness" in flaws(np.asarray(cv2.blur(sharp, (40, 1)), np.uint8))
    assert "sharpness" in flaws(np.asarray(cv2.blur(sharp, (1, 40)), np.uint8))


@pytest.mark.parametrize("tone", SkinTone)
@pytest.mark.parametrize("subject", [Subject.IRREGULAR_MOLE, Subject.WOUND])
@pytest.mark.parametrize("view", [View.MEDIUM, View.CLOSE])
def test_a_good_picture_of_any_skin_has_no_flaw(tone: SkinTone, subject: Subject, view: View) -> None:
    assert flaws(draw(Scene(subject, tone, view))) == set()


@pytest.mark.parametrize("tone", SkinTone)
@pytest.mark.parametrize("condition, flaw", [(Condition.OUT_OF_FOCUS, "sharpness"), (Condition.TOO_DARK, "too_dark")])
def test_a_spoilt_picture_of_any_skin_is_noticed(tone: SkinTone, condition: Condition, flaw: str) -> None:
    assert flaw in flaws(draw(Scene(Subject.RASH, tone, condition=condition)))


def test_burnt_out_is_too_bright() -> None:
    picture = draw(Scene(Subject.MOLE, SkinTone.LIGHT))
    assert "too_bright" in flaws(np.asarray(cv2.convertScaleAbs(picture, alpha=1.9), np.uint8))


@pytest.mark.parametrize(
    "size, scores",
    [((800, 600), []), ((600, 800), []), ((799, 600), [799]), ((1200, 599), [599]), ((500, 400), [500, 400])],
)
def test_resolution_follows_the_ata_guide(size: tuple[int, int], scores: list[int]) -> None:
    pixels = np.full((size[1], size[0], 3), 128, np.uint8)
    verdict = judge(pixels, *size)
    assert [flaw.score for flaw in verdict.flaws if flaw.name == "resolution"] == scores


@pytest.mark.parametrize(
    "size, expected",
    [
        ((4000, 3000), (512, 384)),
        ((3000, 4000), (384, 512)),
        ((1022, 767), (512, 384)),
        ((512, 9), (512, 9)),
        ((10_000, 3), (512, 1)),
    ],
)
def test_the_luminance_picture_has_the_specified_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    scaled = scale_down(np.zeros((size[1], size[0], 3), np.uint8), 512)
    assert (scaled.shape[1], scaled.shape[0]) == expected


def test_tiny_pictures_are_judged_too() -> None:
    assert {"resolution", "sharpness"} <= flaws(np.full((1, 1, 3), 100, np.uint8))


def test_every_threshold_names_its_source_and_the_file_its_date() -> None:
    assert THRESHOLDS.effective_date.count("-") == 2
    for limit in (
        THRESHOLDS.min_long_edge_px,
        THRESHOLDS.min_sharpness_permille,
        THRESHOLDS.min_bright_luma,
        THRESHOLDS.max_clipped_permille,
    ):
        assert len(limit.source) > 30


@pytest.mark.requires("data")
@pytest.mark.parametrize(
    "name", ["ISIC_0000000.jpg", "ISIC_0000001.jpg", "ISIC_0000002.jpg", "ISIC_0000003.jpg", "phone_jolla.jpg"]
)
def test_real_photographs_pass_and_their_blurred_selves_do_not(photos: Path, name: str) -> None:
    picture = np.asarray(cv2.imread(str(photos / name)), np.uint8)
    assert flaws(picture) == set()
    two_px_at_512 = max(picture.shape[:2]) / 256
    assert flaws(np.asarray(cv2.GaussianBlur(picture, (0, 0), two_px_at_512), np.uint8)) == {"sharpness"}

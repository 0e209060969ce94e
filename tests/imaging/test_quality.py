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
from imaging.quality import THRESHOLDS, find_flaws, judge
from imaging.quality_picture import overview_of, plan_tiles
from imaging.results import Verdict
from tests.support.flaws import STRENGTHS, Source, take_clean, take_flawed

VECTORS: list[dict[str, Any]] = json.loads(files("imaging").joinpath("data/quality_vectors.json").read_text())[
    "vectors"
]
MIDDLE = 1


def judge_all(pixels: Pixels) -> Verdict:
    height_px, width_px = pixels.shape[:2]
    return judge(pixels, width_px, height_px)


def flaws(pixels: Pixels) -> set[str]:
    return {flaw.name for flaw in judge_all(pixels).flaws}


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


@pytest.fixture(scope="module")
def mole() -> Source:
    pixels = draw(Scene(Subject.IRREGULAR_MOLE, SkinTone.BROWN, seed=3, width_px=1600, height_px=1280))[:1220]
    return Source(pixels, (800, 640), 6.5 * 1600 / 52)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_published_vectors_hold(vector: dict[str, Any]) -> None:
    verdict = judge_all(picture_of(vector["pixel"], vector["widthPx"], vector["heightPx"]))
    assert (verdict.measures, verdict.scores) == (vector["measures"], vector["scores"])


@pytest.mark.parametrize("tone", SkinTone)
@pytest.mark.parametrize("subject", [Subject.MOLE, Subject.IRREGULAR_MOLE, Subject.WOUND])
def test_a_good_picture_of_any_skin_has_no_flaw(tone: SkinTone, subject: Subject) -> None:
    assert flaws(draw(Scene(subject, tone, View.CLOSE))) == set()


@pytest.mark.parametrize("tone", SkinTone)
@pytest.mark.parametrize("condition, flaw", [(Condition.OUT_OF_FOCUS, "defocus"), (Condition.TOO_DARK, "underexposed")])
def test_a_spoilt_picture_of_any_skin_is_noticed(tone: SkinTone, condition: Condition, flaw: str) -> None:
    assert flaw in flaws(draw(Scene(Subject.RASH, tone, condition=condition)))


@pytest.mark.parametrize("flaw", STRENGTHS)
def test_each_flaw_raises_its_own_score(flaw: str, mole: Source) -> None:
    clean = judge_all(take_clean(mole, np.random.default_rng(5))).scores
    seeded = judge_all(take_flawed(mole, flaw, STRENGTHS[flaw][MIDDLE], np.random.default_rng(5))).scores
    assert seeded[flaw] > clean[flaw]


@pytest.mark.parametrize("kernel", [(40, 1), (1, 40)])
def test_motion_in_one_direction_is_not_hidden_by_the_other(kernel: tuple[int, int], mole: Source) -> None:
    moved = np.asarray(cv2.blur(take_clean(mole, np.random.default_rng(5)), kernel), np.uint8)
    assert "motion_blur" in flaws(moved)


def test_a_reduction_has_no_score_of_what_it_averages_away(mole: Source) -> None:
    picture = take_clean(mole, np.random.default_rng(5))
    verdict = judge(picture, 1600, 1200)
    assert {"noise", "strong_compression"} & (verdict.scores.keys() | {flaw.name for flaw in verdict.flaws}) == set()


@pytest.mark.parametrize(
    "size, score", [((800, 600), 1000), ((600, 800), 1000), ((799, 600), 1001), ((400, 300), 2000)]
)
def test_too_few_pixels_follows_the_ata_guide(size: tuple[int, int], score: int) -> None:
    skin = np.full((size[1], size[0], 3), (130, 160, 200), np.uint8)
    assert judge_all(skin).scores["few_pixels"] == score


def test_pixels_that_show_no_skin_are_not_pixels_on_the_subject() -> None:
    picture = np.full((1200, 1600, 3), (200, 120, 60), np.uint8)
    picture[500:700, 700:900] = (130, 160, 200)
    assert judge_all(picture).scores["few_pixels"] > THRESHOLDS.flaws["few_pixels"].value


@pytest.mark.parametrize(
    "size, expected",
    [
        ((4000, 3000), (1024, 768)),
        ((3000, 4000), (768, 1024)),
        ((1022, 767), (1022, 767)),
        ((512, 9), (512, 9)),
        ((20_000, 3), (1024, 1)),
        ((2048, 1536), (1024, 768)),
        ((4001, 2999), (1024, 768)),
    ],
)
def test_the_overview_has_the_specified_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    scaled = overview_of(np.zeros((size[1], size[0], 3), np.uint8))
    assert (scaled.shape[1], scaled.shape[0]) == expected


@pytest.mark.parametrize("size", [(1, 1), (5, 400), (127, 129), (800, 600), (4000, 3000)])
def test_tiles_lie_inside_the_picture_and_on_the_grid_of_jpeg(size: tuple[int, int]) -> None:
    for tile in plan_tiles(*size):
        assert (tile.left % 8, tile.top % 8) == (0, 0)
        assert tile.left + tile.width_px <= size[0]
        assert tile.top + tile.height_px <= size[1]


def test_tiny_pictures_are_judged_too() -> None:
    assert {"few_pixels", "defocus"} <= flaws(np.full((1, 1, 3), 100, np.uint8))


def test_a_score_at_its_threshold_passes_and_an_absent_one_is_no_flaw() -> None:
    limit = THRESHOLDS.flaws["glare"].value
    assert find_flaws({"glare": limit}) == ()
    assert [flaw.name for flaw in find_flaws({"glare": limit + 1})] == ["glare"]


def test_every_flaw_has_a_threshold_with_its_source_and_the_file_its_date() -> None:
    assert THRESHOLDS.effective_date.count("-") == 2
    assert list(THRESHOLDS.flaws) == list(STRENGTHS)
    assert all(len(limit.source) > 30 for limit in THRESHOLDS.flaws.values())


def in_light(pixels: Pixels, red: float, green: float, blue: float) -> Pixels:
    return np.clip(pixels * np.array([blue, green, red]), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("tone", SkinTone)
@pytest.mark.parametrize("light", [(1.2, 1, 0.6), (0.75, 1, 0.9)], ids=["lamp", "green"])
def test_light_that_colours_everything_is_a_cast(tone: SkinTone, light: tuple[float, float, float]) -> None:
    skin = draw(Scene(Subject.MOLE, tone, View.MEDIUM)) // 5 * 4
    assert "colour_cast" not in flaws(skin)
    assert "colour_cast" in flaws(in_light(skin, *light))


def test_a_coloured_thing_is_not_the_light() -> None:
    """A leaf says nothing of the light, and where a tenth of the picture is grey the light is white."""
    leaf = np.full((900, 1200, 3), (40, 120, 190), np.uint8)
    assert "colour_cast" not in judge_all(leaf).scores
    bluish = np.full((900, 1200, 3), (190, 170, 160), np.uint8)
    assert "colour_cast" in flaws(bluish)
    bluish[:, :150] = 170
    assert "colour_cast" not in flaws(bluish)


def test_blue_alone_at_its_fullest_is_no_overexposure() -> None:
    sky = np.full((900, 1200, 3), (255, 200, 150), np.uint8)
    assert judge_all(sky).scores["overexposed"] == 0
    sky[:, :600, 2] = 255
    assert judge_all(sky).scores["overexposed"] == 500


@pytest.mark.parametrize("tone", SkinTone)
@pytest.mark.parametrize("seed", range(3))
def test_the_rim_of_a_limb_is_no_lesion_that_is_cut_off(tone: SkinTone, seed: int) -> None:
    """It is darker and redder than the rest, the more so the darker the skin."""
    scene = Scene(Subject.IRREGULAR_MOLE, tone, View.MEDIUM, seed=1005, width_px=1600, height_px=1280)
    limb = Source(draw(scene)[:1220], (800, 640), 55)
    assert "subject_cut_off" not in flaws(take_clean(limb, np.random.default_rng([1005, seed])))


@pytest.mark.parametrize("tone", SkinTone)
@pytest.mark.parametrize("place", [(0, 500), (0, 0)], ids=["side", "corner"])
def test_a_lesion_cut_off_at_a_side_or_in_a_corner_is_noticed(tone: SkinTone, place: tuple[int, int]) -> None:
    skin = draw(Scene(Subject.MOLE, tone, View.CLOSE))[:1100]
    mole = skin.copy()
    cv2.circle(mole, place, 400, tuple(int(each) // 2 for each in skin[300, 300]), -1)
    assert ("subject_cut_off" in flaws(skin), "subject_cut_off" in flaws(mole)) == (False, True)


def test_what_runs_out_of_the_frame_beside_a_whole_lesion_is_not_the_subject() -> None:
    skin = np.full((900, 1200, 3), (130, 160, 200), np.uint8)
    cv2.circle(skin, (0, 450), 60, (60, 70, 90), -1)
    assert "subject_cut_off" in flaws(skin)
    cv2.circle(skin, (600, 450), 120, (60, 70, 90), -1)
    assert "subject_cut_off" not in flaws(skin)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ["ISIC_0000000.jpg", "ISIC_0000001.jpg", "ISIC_0000002.jpg", "ISIC_0000003.jpg"])
def test_real_photographs_of_skin_are_good_and_lose_detail_when_blurred(photos: Path, name: str) -> None:
    picture = np.asarray(cv2.imread(str(photos / name)), np.uint8)
    assert flaws(picture) == set()
    assert "defocus" in flaws(np.asarray(cv2.GaussianBlur(picture, (0, 0), max(picture.shape[:2]) / 256), np.uint8))

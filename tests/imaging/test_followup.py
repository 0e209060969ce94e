"""A comparison as a job: what a person drew counts, and millimetres hold within a card's reach only."""

import msgspec
import numpy as np
import pytest

from imaging.drawn import Scene, Subject, draw, draw_jpeg
from imaging.drawn_skin import SkinTone
from imaging.followup import CardScale, Comparison, ComparisonOptions, compare_photographs, followup_task
from imaging.refusals import PhotoRefused

SCENE = Scene(Subject.MOLE, SkinTone.LIGHT, seed=6, width_px=1000, height_px=750)
PX_PER_MM = 1000 / 52
# The drawn scene is 52 mm wide; the card lies from 4 mm in, and the photograph was twice as large.
CARD = CardScale(
    homography=(0.5 / PX_PER_MM, 0, -4, 0, 0.5 / PX_PER_MM, -4, 0, 0, 1),
    relative_error=0.02,
    reach_mm=30,
    card_width_mm=10,
    card_height_mm=10,
    width_px=2000,
    height_px=1500,
)
SQUARE = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))


def test_two_renditions_are_compared_in_one_job() -> None:
    earlier, later = draw_jpeg(SCENE), draw_jpeg(msgspec.structs.replace(SCENE, growth=1.25, turned_deg=5))
    header, body = followup_task(earlier + later, msgspec.json.encode(ComparisonOptions(len(earlier))), bytes)
    found = msgspec.json.decode(header, type=Comparison)
    assert body == []
    assert found.change is not None
    assert found.change.ratio == pytest.approx(1.25, rel=0.05)
    back = np.array(found.matrix).reshape(3, 3) @ (0.49, 0.52, 1)
    assert back[:2] / back[2] == pytest.approx((0.49, 0.52), abs=0.003)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(PhotoRefused):
        followup_task(b"no picture", msgspec.json.encode(ComparisonOptions(4)), bytes)


def test_a_card_gives_millimetres_and_a_drawn_outline_counts() -> None:
    pixels = draw(SCENE)
    found = compare_photographs(pixels, pixels, ComparisonOptions(0, SQUARE, SQUARE, CARD, CARD))
    assert found.later.points == SQUARE
    measures = found.later.measures
    assert measures is not None
    assert measures.unit == "mm"
    assert measures.area.value == pytest.approx(0.2 * 52 * 0.2 * 39, rel=1e-3)
    assert measures.area.uncertainty > 0.04 * measures.area.value
    assert found.change is not None
    assert found.change.ratio == pytest.approx(1, abs=1e-3)


def test_a_lesion_out_of_the_card_s_reach_has_no_millimetres() -> None:
    pixels = draw(SCENE)
    near = msgspec.structs.replace(CARD, reach_mm=5)
    found = compare_photographs(pixels, pixels, ComparisonOptions(0, SQUARE, SQUARE, near, CARD))
    assert found.earlier.measures is not None
    assert found.later.measures is not None
    assert (found.earlier.measures.unit, found.later.measures.unit) == ("px", "mm")

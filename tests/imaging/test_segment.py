"""An outline is proposed where a lesion stands out from skin, and declined where none does."""

import numpy as np
import pytest

from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_canvas import Canvas
from imaging.drawn_skin import SkinTone, draw_skin
from imaging.outline import area_of, centre_of
from imaging.segment import NoOutline, Proposal, propose_outline


@pytest.mark.parametrize("tone", [SkinTone.VERY_LIGHT, SkinTone.DARK])
def test_a_drawn_mole_is_outlined_beside_a_ruler(tone: SkinTone) -> None:
    found = propose_outline(draw(Scene(Subject.MOLE, tone, has_ruler=True, seed=2, width_px=1200, height_px=900)))
    assert isinstance(found, Proposal)
    assert centre_of(found.outline.array) == pytest.approx((600, 450), abs=40)
    diameter_mm = 2 * np.sqrt(area_of(found.outline.array) / np.pi) * 52 / 1200
    assert 5.5 < diameter_mm < 8
    areas = [area_of(each.array) for each in (found.narrower, found.outline, found.wider)]
    assert areas == sorted(areas)


def test_skin_alone_has_nothing_to_outline() -> None:
    canvas = Canvas(1200, 900, 52, seed=4)
    assert isinstance(propose_outline(canvas.develop(draw_skin(canvas, SkinTone.TAN))), NoOutline)


def test_a_lesion_that_runs_out_of_the_picture_is_not_measured() -> None:
    whole = draw(Scene(Subject.IRREGULAR_MOLE, SkinTone.LIGHT, View.CLOSE, seed=1, width_px=1200, height_px=900))
    assert isinstance(propose_outline(np.ascontiguousarray(whole[250:650, 600:])), NoOutline)

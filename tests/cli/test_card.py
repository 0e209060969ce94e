"""`careferry card`: the printed page, rasterised as a printer does and photographed, is found and measures."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pypdf import PdfReader

from imaging.card import LAYOUTS
from imaging.colour_card import correct_from_card
from imaging.results import Scale
from imaging.scale import find_scale, measure_length
from server.cli.card_sheet import PLACES_MM
from server.cli.main import main
from tests.support.scenes import Shot, photograph

DPI = 300
PAPER, INK = 0.87, 0.03


Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def run(kind: str, batch: int = 42) -> Path:
        file = tmp_path / "card.pdf"
        assert main(["card", "--size", kind, "--batch", str(batch), "--out", str(file)]) == 0
        return file

    return run


def printed_cards(file: Path, kind: str) -> list[NDArray[np.float32]]:
    """Each card on the page as linear reflectance."""
    program = shutil.which("pdftoppm")
    assert program is not None
    subprocess.run([program, "-r", str(DPI), "-singlefile", "-png", str(file), str(file.with_suffix(""))], check=True)
    page = cv2.imread(str(file.with_suffix(".png")))
    assert page is not None
    code = page[:, :, ::-1].astype(np.float32) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)
    layout, px_per_mm = LAYOUTS[kind], DPI / 25.4
    cards = [
        linear[
            round(top_mm * px_per_mm) : round((top_mm + layout.height_mm) * px_per_mm),
            round(left_mm * px_per_mm) : round((left_mm + layout.width_mm) * px_per_mm),
        ]
        for left_mm, top_mm in PLACES_MM[kind]
    ]
    return [INK + (PAPER - INK) * card for card in cards]


@pytest.mark.requires("poppler")
@pytest.mark.parametrize("kind, cards", [("credit-card", 4), ("a4", 1)])
def test_every_printed_card_is_found_and_measures(make: Make, kind: str, cards: int) -> None:
    sheets = printed_cards(make(kind), kind)
    assert len(sheets) == cards
    for seed, sheet in enumerate(sheets):
        taken = photograph(Shot(kind=kind, tilt_deg=30, azimuth_deg=200, roll_deg=12, kelvin=3200, seed=seed), sheet)
        scale, card = find_scale(taken.pixels)
        assert isinstance(scale, Scale), scale
        assert card is not None
        assert (scale.card, scale.batch) == (kind, 42)
        ruler = LAYOUTS[kind].ruler
        ends = taken.camera.project(
            np.array([[ruler.left_mm, ruler.top_mm, 0], [ruler.left_mm + ruler.width_mm, ruler.top_mm, 0]])
        )
        length = measure_length(scale, (ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]))
        assert length is not None
        assert length.mm == pytest.approx(ruler.width_mm, rel=0.01)
        estimate = correct_from_card(taken.pixels, card)
        assert estimate is not None
        assert estimate.de00_after is not None
        assert estimate.de00_after < 3


@pytest.mark.parametrize("kind", LAYOUTS)
def test_it_is_one_a4_page_that_tells_how_to_print_in_both_languages(make: Make, kind: str) -> None:
    pages = PdfReader(make(kind, 7)).pages
    assert len(pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]] == [210, 297]
    text = " ".join(pages[0].extract_text().split())
    assert "at 100 %" in text
    assert "al 100 %" in text
    assert "batch 07" in text


@pytest.mark.parametrize("batch", ["100", "-1"])
def test_a_batch_beyond_two_digits_is_refused(batch: str) -> None:
    with pytest.raises(SystemExit):
        main(["card", f"--batch={batch}"])


def test_other_commands_load_no_opencv() -> None:
    code = "import sys; from server.cli.main import create_parser; create_parser(); sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

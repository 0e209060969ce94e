"""An outline as a form has it: read back as it was written, refused where it is none."""

import pytest

from server.desks.corners import HANDLES, read_corners, write_corners


def test_what_is_written_is_read() -> None:
    corners = ((0.1, 0.2), (0.9, 0.2), (0.5, 0.75))
    assert read_corners(write_corners(corners)) == corners


@pytest.mark.parametrize(
    "text",
    ["", "10 10\n20 20", "10 10\n20 x\n30 30", "10 10 3\n1 2 3\n4 5 6", "-1 0\n50 50\n0 50", "0 0\n10 10\n10 0\n0 10"],
    ids=["nothing", "two corners", "no number", "three numbers", "outside", "crossing itself"],
)
def test_what_is_no_outline_is_refused(text: str) -> None:
    assert read_corners(text) is None


def test_not_a_number_is_no_corner() -> None:
    assert read_corners("nan 0\n10 10\n0 10") is None


def test_many_corners_are_thinned_to_what_a_hand_can_move() -> None:
    many = [(n / 400, (n % 7) / 400) for n in range(400)]
    assert len(write_corners(many).splitlines()) <= HANDLES

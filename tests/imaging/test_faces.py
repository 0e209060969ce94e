"""Faces are found small, large and turned, and skin with its moles and wounds is none."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import imaging
from imaging.colour import Pixels
from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.faces import find_faces, windows
from imaging.results import Face
from tests.imaging.portrait import PORTRAIT

MIDDLE_PX, SIDE_PX = np.array([222.0, 114.0]), 512


def middle_of(face: Face, pixels: Pixels) -> tuple[float, float]:
    height_px, width_px = pixels.shape[:2]
    x = (face.left_permille + face.width_permille / 2) * width_px / 1000
    return x, (face.top_permille + face.height_permille / 2) * height_px / 1000


def in_a_room(scale: float) -> Pixels:
    """The portrait at that scale in a grey picture of 1600 x 1200 px."""
    room = np.full((1200, 1600, 3), 150, np.uint8)
    small = np.asarray(cv2.resize(PORTRAIT, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    room[300 : 300 + small.shape[0], 500 : 500 + small.shape[1]] = small
    return room


@pytest.mark.parametrize("long_edge_px", [128, 300, 512, 1024, 2048])
def test_a_portrait_of_any_size_has_one_face(long_edge_px: int) -> None:
    pixels = np.asarray(cv2.resize(PORTRAIT, (long_edge_px, long_edge_px), interpolation=cv2.INTER_AREA), np.uint8)
    (face,) = find_faces(pixels).faces
    expected = MIDDLE_PX * long_edge_px / SIDE_PX
    assert np.hypot(*(np.array(middle_of(face, pixels)) - expected)) < 0.04 * long_edge_px
    assert 150 < face.width_permille < 260


@pytest.mark.parametrize("turned_degrees", range(0, 360, 30))
def test_a_head_may_be_turned_anyhow(turned_degrees: int) -> None:
    turn = cv2.getRotationMatrix2D((256, 256), turned_degrees, 1)
    turned = np.asarray(cv2.warpAffine(PORTRAIT, turn, (512, 512)), np.uint8)
    (face,) = find_faces(turned).faces
    expected = np.asarray(turn, np.float64) @ np.array([*MIDDLE_PX, 1])
    assert np.hypot(*(np.array(middle_of(face, turned)) - expected)) < 30


@pytest.mark.parametrize("scale", [1.3, 1.0])
def test_a_face_far_away_is_found(scale: float) -> None:
    room = in_a_room(scale)
    (face,) = find_faces(room).faces
    assert np.hypot(*(np.array(middle_of(face, room)) - (500 + 222 * scale, 300 + 114 * scale))) < 30


def test_two_people_are_two_faces() -> None:
    assert len(find_faces(np.ascontiguousarray(np.hstack([PORTRAIT, PORTRAIT[:, ::-1]]))).faces) == 2


@pytest.mark.parametrize("subject", Subject)
@pytest.mark.parametrize("view", View)
def test_drawn_skin_is_no_face(subject: Subject, view: View) -> None:
    drawn = [draw(Scene(subject, tone, view, width_px=1024, height_px=768)) for tone in SkinTone]
    assert [find_faces(pixels).faces for pixels in drawn] == [()] * len(drawn)


@pytest.mark.requires("data")
@pytest.mark.parametrize("number", range(4))
def test_dermoscopic_photographs_are_no_faces(photos: Path, number: int) -> None:
    pixels = cv2.imread(str(photos / f"ISIC_000000{number}.jpg"))
    assert find_faces(np.asarray(pixels, np.uint8)).faces == ()


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (127, 127), (20_000, 2)])
def test_pictures_of_any_shape_are_looked_at(size: tuple[int, int]) -> None:
    assert find_faces(np.full((*size, 3), 120, np.uint8)).faces == ()


def test_windows_cover_the_whole_picture() -> None:
    covered = np.zeros((1500, 2000), bool)
    for left, top, side_px in list(windows(2000, 1500))[1:]:
        covered[top : top + side_px, left : left + side_px] = True
    assert covered.all()


def test_without_the_model_nothing_starts_and_the_words_say_what_to_do(tmp_path: Path) -> None:
    copy = tmp_path / "imaging"
    copy.mkdir()
    for path in Path(imaging.__file__).parent.glob("*.py"):
        (copy / path.name).symlink_to(path)
    program = "import sys; sys.path.insert(0, sys.argv[1]); import imaging.faces"
    ended = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "FaceModelMissing" in ended.stderr
    assert "python browser_build.py" in ended.stderr

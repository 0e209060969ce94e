"""In the sandbox faces are hidden in every rendition, the clear master lies apart, and the sender's choice is done."""

from unittest.mock import Mock

import cv2
import msgspec
import numpy as np
import pytest

from imaging.colour import Pixels
from imaging.pack import Entry
from imaging.prepare_options import FaceTreatment
from imaging.refusals import PhotoRefused
from imaging.results import PreparedPhoto
from imaging.sandbox import Sandbox, _split
from tests.imaging.portrait import portrait_jpeg

pytestmark = pytest.mark.requires("bubblewrap")
SIDE_PX = 3000


def portrait() -> bytes:
    """So large that there are tiles as well."""
    return portrait_jpeg(SIDE_PX)


@pytest.fixture(scope="module")
def covered(sandbox: Sandbox) -> PreparedPhoto:
    return sandbox.prepare(portrait())


def open_picture(packed: bytes, entry: Entry) -> Pixels:
    content = np.frombuffer(packed, np.uint8, entry.length, entry.offset)
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)


def face_part(pixels: Pixels) -> Pixels:
    """The middle of the face, where a picture shows the whole photograph."""
    side_px = pixels.shape[0]
    return pixels[190 * side_px // 1000 : 270 * side_px // 1000, 390 * side_px // 1000 : 480 * side_px // 1000]


def spread(pixels: Pixels) -> float:
    return float(pixels.astype(np.float64).std(axis=(0, 1)).max())


def test_every_rendition_hides_the_face(covered: PreparedPhoto) -> None:
    assert covered.facts.faces.are_covered
    for entry in covered.index[:3]:
        assert spread(face_part(open_picture(covered.packed, entry))) < 1


def test_no_tile_shows_the_face(covered: PreparedPhoto) -> None:
    """Level 12 is the whole picture; the face's middle lies in the tiles around (1300, 690) px."""
    tiles = {entry.name: entry for entry in covered.index}
    whole = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    for column in range(6):
        for row in range(6):
            tile = open_picture(covered.packed, tiles[f"zoom_files/12/{column}_{row}.jpg"])
            left, top = max(0, column * 512 - 1), max(0, row * 512 - 1)
            whole[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    assert spread(face_part(whole)) < 1


def test_the_clear_master_lies_apart_from_the_pack(covered: PreparedPhoto) -> None:
    clear = np.asarray(cv2.imdecode(np.frombuffer(covered.clear, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    assert clear.shape == (SIDE_PX, SIDE_PX, 3)
    assert spread(face_part(clear)) > 20
    assert covered.clear not in covered.packed
    assert sum(entry.length for entry in covered.index) < len(covered.packed)


def test_needed_shows_it(sandbox: Sandbox, covered: PreparedPhoto) -> None:
    shown = sandbox.prepare(covered.clear, FaceTreatment.SHOW, covered.facts.faces)
    assert spread(face_part(_master(shown))) > 20
    assert shown.clear == b""


def test_a_crop_has_no_face_in_it(sandbox: Sandbox, covered: PreparedPhoto) -> None:
    cropped = sandbox.prepare(covered.clear, FaceTreatment.CROP, covered.facts.faces)
    assert cropped.facts.height_px < SIDE_PX
    assert (cropped.facts.width_px, cropped.facts.height_px) == _master(cropped).shape[1::-1]
    assert sandbox.prepare(portrait()).facts.faces.faces, "the whole has one"
    again = cv2.imencode(".jpg", _master(cropped))[1].tobytes()
    assert sandbox.prepare(again).facts.faces.faces == ()


def test_a_photograph_of_the_face_itself_is_shown_and_what_was_seen_is_kept(sandbox: Sandbox) -> None:
    shown = sandbox.prepare(portrait(), FaceTreatment.SHOW)
    assert (len(shown.facts.faces.faces), shown.facts.faces.are_covered, shown.clear) == (1, False, b"")


@pytest.mark.parametrize("clear_bytes", [-1, 7])
def test_a_forged_length_of_the_clear_master_is_refused(
    sandbox: Sandbox, covered: PreparedPhoto, clear_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = msgspec.structs.replace(covered.facts, clear_bytes=clear_bytes)
    monkeypatch.setattr(sandbox, "run", Mock(return_value=(msgspec.json.encode(facts), b"short")))
    with pytest.raises(PhotoRefused):
        sandbox.prepare(b"x")


def test_the_answer_is_split_where_the_pack_ends() -> None:
    assert _split(b"packclear", 5) == (b"pack", b"clear")
    assert _split(b"pack", 0) == (b"pack", b"")


def _master(prepared: PreparedPhoto) -> Pixels:
    return open_picture(prepared.packed, next(entry for entry in prepared.index if entry.name == "master.jpg"))

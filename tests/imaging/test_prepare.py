"""Whole uploads through the sandbox: real photographs come out right, hostile files are refused and nothing breaks."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.colour import Pixels
from imaging.drawn import Scene, Subject, draw_jpeg
from imaging.drawn_skin import SkinTone
from imaging.formats import PhotoFormat
from imaging.pack import slice_of
from imaging.refusals import PhotoRefused, Refusal
from imaging.results import PreparedPhoto
from imaging.sandbox import JobLimits, Sandbox
from imaging.scale import to_mm
from tests.imaging.made_files import (
    HEIGHT_PX,
    HOSTILE_SIZES,
    WIDTH_PX,
    encode,
    exif,
    jpeg_of_size,
    png_of_chunks,
    png_with_text_bomb,
    small_photo,
    textured,
    zip_archive,
)
from tests.imaging.made_profiles import gamma_profile
from tests.support.scenes import Shot, photograph

pytestmark = pytest.mark.requires("bubblewrap")


def entry(prepared: PreparedPhoto, name: str) -> bytes:
    offset, length = slice_of(prepared.index, name)
    return prepared.packed[offset : offset + length]


def picture(prepared: PreparedPhoto, name: str = "master.jpg") -> Pixels:
    decoded = cv2.imdecode(np.frombuffer(entry(prepared, name), np.uint8), cv2.IMREAD_UNCHANGED)
    return np.asarray(decoded, np.uint8)


def refusal_of(sandbox: Sandbox, data: bytes) -> Refusal:
    with pytest.raises(PhotoRefused) as refused:
        sandbox.prepare(data)
    return refused.value.code


def likeness(one: Pixels, other: Pixels) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.requires("data")
@pytest.mark.parametrize(
    "name, size",
    [
        ("ISIC_0000000.jpg", (1022, 767)),
        ("camera_with_gps.jpg", (640, 480)),
        ("exif_orientation.jpg", (600, 450)),
        ("phone_jolla.jpg", (3264, 2448)),
        ("iphone_13_pro_max.heic", (3024, 4032)),
    ],
)
def test_real_photographs_come_out_whole(sandbox: Sandbox, photos: Path, name: str, size: tuple[int, int]) -> None:
    prepared = sandbox.prepare((photos / name).read_bytes())
    facts = prepared.facts
    assert (facts.width_px, facts.height_px) == size
    assert [rendition.name for rendition in facts.renditions] == ["master.jpg", "review.jpg", "preview.jpg"]
    for rendition, longest in zip(facts.renditions, (max(size), 2048, 512), strict=True):
        assert max(rendition.width_px, rendition.height_px) == min(longest, max(size))
        assert picture(prepared, rendition.name).shape == (rendition.height_px, rendition.width_px, 3)
        assert rendition.size_bytes == len(entry(prepared, rendition.name))
    assert (facts.pyramid is not None) == (max(size) > 2048)
    assert prepared.index[-1].name.startswith("zoom") == (facts.pyramid is not None)


@pytest.mark.requires("data")
def test_the_iphone_photograph_is_upright_srgb_and_keeps_its_time(sandbox: Sandbox, photos: Path) -> None:
    prepared = sandbox.prepare((photos / "iphone_13_pro_max.heic").read_bytes())
    metadata = prepared.facts.metadata
    assert (prepared.facts.source_media_type, prepared.facts.colour) == ("image/heif", "matrix_profile")
    assert (metadata.captured_local, metadata.utc_offset) == ("2022-02-16T12:55:41", "+01:00")
    assert (metadata.device_make, metadata.device_model) == ("Apple", "iPhone 13 Pro Max")
    assert prepared.facts.pyramid is not None
    assert prepared.facts.pyramid.levels == 13


@pytest.mark.requires("data")
def test_the_place_is_gone_from_every_byte(sandbox: Sandbox, photos: Path) -> None:
    data = (photos / "camera_with_gps.jpg").read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif().get_ifd(0x8825), "the original has a place"
    prepared = sandbox.prepare(data)
    assert prepared.facts.metadata.location_removed
    for name in ("master.jpg", "review.jpg", "preview.jpg"):
        with Image.open(io.BytesIO(entry(prepared, name))) as image:
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Exif" not in prepared.packed
    assert b"http://ns.adobe.com" not in prepared.packed


@pytest.mark.requires("data")
def test_the_damaged_photograph_is_refused_as_damaged(sandbox: Sandbox, photos: Path) -> None:
    assert refusal_of(sandbox, (photos / "corrupted.jpg").read_bytes()) is Refusal.DAMAGED


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ["phone_jolla.jpg", "iphone_13_pro_max.heic", "ISIC_0000003.jpg"])
def test_a_real_photograph_cut_anywhere_is_refused(sandbox: Sandbox, photos: Path, name: str) -> None:
    data = (photos / name).read_bytes()
    refusals = [refusal_of(sandbox, data[: len(data) * tenths // 10]) for tenths in range(10)]
    assert refusals == [Refusal.EMPTY] + [Refusal.TRUNCATED] * 9


def test_a_hole_in_the_data_is_noticed_though_the_decoder_goes_on(sandbox: Sandbox) -> None:
    data = draw_jpeg(Scene(Subject.WOUND, SkinTone.TAN, width_px=900, height_px=700))
    middle = len(data) // 2
    assert sandbox.prepare(data).facts.width_px == 900
    assert refusal_of(sandbox, data[:middle] + data[middle + 3000 :]) is Refusal.DAMAGED


@pytest.mark.parametrize("photo_format", PhotoFormat)
def test_each_format_shows_the_same_picture(sandbox: Sandbox, photo_format: PhotoFormat) -> None:
    prepared = sandbox.prepare(small_photo(photo_format))
    assert prepared.facts.source_media_type == photo_format.value
    expected = np.asarray(textured())[:, :, ::-1]
    assert likeness(picture(prepared), expected) > 0.97


@pytest.mark.parametrize("photo_format", [PhotoFormat.JPEG, PhotoFormat.PNG, PhotoFormat.WEBP])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(sandbox: Sandbox, photo_format: PhotoFormat, orientation: int) -> None:
    """What a camera held so stores, made with Pillow's own inverse turns."""
    inverse = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = textured()
    stored = upright.transpose(inverse[orientation]) if orientation > 1 else upright
    prepared = sandbox.prepare(encode(stored, photo_format, exif=exif(orientation=orientation)))
    assert (prepared.facts.width_px, prepared.facts.height_px) == (WIDTH_PX, HEIGHT_PX)
    assert likeness(picture(prepared), np.asarray(upright)[:, :, ::-1]) > 0.97


def test_a_heif_is_turned_once_by_its_own_transformation(sandbox: Sandbox) -> None:
    """The encoder writes both `irot` and EXIF; applying both would turn it twice."""
    upright = textured()
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    prepared = sandbox.prepare(encode(stored, PhotoFormat.HEIF, exif=exif(orientation=6)))
    assert likeness(picture(prepared), np.asarray(upright)[:, :, ::-1]) > 0.97


@pytest.mark.parametrize("photo_format", [each for each in PhotoFormat if each is not PhotoFormat.DICOM])
def test_another_colour_space_becomes_srgb(sandbox: Sandbox, photo_format: PhotoFormat) -> None:
    plain = sandbox.prepare(small_photo(photo_format))
    darker = sandbox.prepare(encode(textured(), photo_format, icc_profile=gamma_profile(3.2)))
    assert darker.facts.colour == "other_profile"
    assert picture(darker).mean() < picture(plain).mean() - 10


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "I;16", "1"])
def test_every_kind_of_png_becomes_colour(sandbox: Sandbox, mode: str) -> None:
    grey = textured().convert("L")
    image = (
        Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
        if mode == "I;16"
        else textured().convert("RGB").convert(mode)
    )
    prepared = sandbox.prepare(encode(image, PhotoFormat.PNG))
    assert likeness(picture(prepared).mean(axis=2), np.asarray(image.convert("L") if mode == "1" else grey)) > 0.85


def test_hidden_pixels_under_transparency_stay_hidden(sandbox: Sandbox) -> None:
    pixels = np.zeros((HEIGHT_PX, WIDTH_PX, 4), np.uint8)
    pixels[:, :, 0] = 200
    for photo_format in (PhotoFormat.PNG, PhotoFormat.WEBP, PhotoFormat.HEIF):
        data = encode(Image.fromarray(pixels), photo_format, lossless=True, exact=True)
        assert picture(sandbox.prepare(data)).min() >= 250


def test_a_cmyk_jpeg_is_read(sandbox: Sandbox) -> None:
    prepared = sandbox.prepare(encode(textured().convert("CMYK"), PhotoFormat.JPEG))
    assert likeness(picture(prepared), np.asarray(textured())[:, :, ::-1]) > 0.9


@pytest.mark.parametrize("photo_format", PhotoFormat)
@pytest.mark.parametrize("trailer", [zip_archive(), b"<html><script>alert('survives nowhere')</script></html>"])
def test_a_polyglot_leaves_only_pixels(sandbox: Sandbox, photo_format: PhotoFormat, trailer: bytes) -> None:
    prepared = sandbox.prepare(small_photo(photo_format) + trailer)
    assert prepared.facts.trailing_bytes == len(trailer)
    assert prepared.facts.trailing_kind in {"zip", "html"}
    for forbidden in (b"PK\x03\x04", b"<script", b"survives nowhere"):
        assert forbidden not in prepared.packed


def test_code_hidden_in_a_comment_is_gone(sandbox: Sandbox) -> None:
    data = small_photo(PhotoFormat.JPEG)
    comment = b"<?php system($_GET['x']); ?>"
    hidden = data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + data[2:]
    assert b"<?php" not in sandbox.prepare(hidden).packed


@pytest.mark.parametrize("name", HOSTILE_SIZES)
def test_a_lie_about_the_size_is_refused(sandbox: Sandbox, name: str) -> None:
    assert refusal_of(sandbox, HOSTILE_SIZES[name](16_000, 16_000)) is Refusal.TOO_MANY_PIXELS
    slightly = refusal_of(sandbox, HOSTILE_SIZES[name](WIDTH_PX * 2, HEIGHT_PX * 2))
    assert slightly in {Refusal.DAMAGED, Refusal.DECODE_FAILED, Refusal.TRUNCATED}


def test_a_flat_picture_that_grows_a_thousandfold_is_prepared_within_bounds(sandbox: Sandbox) -> None:
    data = encode(Image.new("RGB", (7000, 7000)), PhotoFormat.PNG)
    assert len(data) < 200_000
    assert sandbox.prepare(data).facts.width_px == 7000


def test_a_comment_that_grows_to_256_mb_does_not(sandbox: Sandbox) -> None:
    assert refusal_of(sandbox, png_with_text_bomb()) is Refusal.DECODE_FAILED


def test_a_png_without_pixels_is_refused(sandbox: Sandbox) -> None:
    header = (64).to_bytes(4) + (64).to_bytes(4) + bytes([8, 2, 0, 0, 0])
    assert refusal_of(sandbox, png_of_chunks((b"IHDR", header), (b"IEND", b""))) is Refusal.DECODE_FAILED


def test_too_little_memory_is_said_so() -> None:
    data = encode(Image.new("RGB", (7000, 7000)), PhotoFormat.PNG)
    with Sandbox(job_limits=JobLimits(memory_bytes=600 * 1024**2)) as tight:
        assert refusal_of(tight, data) is Refusal.MEMORY


def test_the_same_upload_gives_the_same_bytes(sandbox: Sandbox) -> None:
    data = draw_jpeg(Scene(Subject.RASH, SkinTone.BROWN, width_px=2400, height_px=1000))
    assert sandbox.prepare(data) == sandbox.prepare(data)


def test_a_card_in_view_gives_scale_and_colour(sandbox: Sandbox) -> None:
    taken = photograph(Shot(kind="credit-card", batch=42, width_px=2400, height_px=1800, tilt_deg=20, seed=1))
    facts = sandbox.prepare(encode(Image.fromarray(taken.pixels[:, :, ::-1]), PhotoFormat.JPEG)).facts
    assert facts.scale is not None
    assert (facts.scale.card, facts.scale.batch, facts.scale_refused) == ("credit-card", 42, "")
    assert facts.colour_estimate.source == "card"
    on_card = np.array([[10.0, 10.0, 0.0], [70.0, 40.0, 0.0]])
    np.testing.assert_allclose(to_mm(facts.scale, taken.camera.project(on_card)), on_card[:, :2], atol=0.3)


def test_without_a_card_there_is_no_scale_and_the_colours_are_a_guess(sandbox: Sandbox) -> None:
    facts = sandbox.prepare(draw_jpeg(Scene(Subject.MOLE, SkinTone.LIGHT))).facts
    assert (facts.scale, facts.scale_refused, facts.colour_estimate.source) == (None, "no_card", "grey_world")


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"\0\0\0\x18ftypheic"]),
    st.binary(max_size=600),
)
def test_random_bytes_are_refused_and_nothing_worse(sandbox: Sandbox, magic: bytes, rest: bytes) -> None:
    with pytest.raises(PhotoRefused):
        sandbox.prepare(magic + rest)


@FUZZ
@given(
    st.sampled_from(PhotoFormat), st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), min_size=1, max_size=6)
)
def test_flipped_bytes_are_prepared_or_refused_and_nothing_worse(
    sandbox: Sandbox, photo_format: PhotoFormat, flips: list[tuple[float, int]]
) -> None:
    data = bytearray(small_photo(photo_format))
    for place, change in flips:
        data[int(place * len(data))] ^= change
    try:
        prepared = sandbox.prepare(bytes(data))
    except PhotoRefused:
        return
    assert picture(prepared).shape[:2] == (prepared.facts.height_px, prepared.facts.width_px)


def test_a_jpeg_of_twice_the_height_shows_no_invented_half(sandbox: Sandbox) -> None:
    assert refusal_of(sandbox, jpeg_of_size(WIDTH_PX, HEIGHT_PX * 2)) is Refusal.DAMAGED

"""Files are known by content and bounded by their headers, before anything is decoded."""

import pytest

from imaging.formats import Limits, PhotoFormat, probe
from imaging.refusals import PhotoRefused, Refusal
from tests.imaging.made_files import (
    HEIGHT_PX,
    HOSTILE_SIZES,
    WIDTH_PX,
    animation,
    encode,
    small_photo,
    textured,
    zip_archive,
)


def refusal_of(data: bytes, limits: Limits | None = None) -> Refusal:
    with pytest.raises(PhotoRefused) as refused:
        probe(data, limits or Limits())
    return refused.value.code


@pytest.mark.parametrize("photo_format", PhotoFormat)
def test_format_and_size_come_from_the_content(photo_format: PhotoFormat) -> None:
    header = probe(small_photo(photo_format), Limits())
    assert header.format is photo_format
    assert (header.width_px, header.height_px) == (WIDTH_PX, HEIGHT_PX)
    assert (header.trailing_bytes, header.trailing_kind) == (0, None)


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"optimize": True}, {"subsampling": 0}, {"restart_marker_rows": 1}]
)
def test_every_usual_kind_of_jpeg_is_walked_to_its_end(options: dict[str, object]) -> None:
    header = probe(encode(textured(), PhotoFormat.JPEG, **options), Limits())
    assert (header.width_px, header.height_px, header.trailing_bytes) == (WIDTH_PX, HEIGHT_PX, 0)


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": b"Exif\0\0" + b"II*\0\x08\0\0\0\0\0"}, {}])
def test_every_kind_of_webp_chunk_gives_its_size(options: dict[str, object]) -> None:
    header = probe(encode(textured(), PhotoFormat.WEBP, **options), Limits())
    assert (header.width_px, header.height_px, header.trailing_bytes) == (WIDTH_PX, HEIGHT_PX, 0)


@pytest.mark.parametrize("photo_format", PhotoFormat)
@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_truncated_photo_is_called_truncated(photo_format: PhotoFormat, tenths: int) -> None:
    data = small_photo(photo_format)
    assert refusal_of(data[: len(data) * tenths // 10]) is Refusal.TRUNCATED


@pytest.mark.parametrize("photo_format", PhotoFormat)
def test_one_missing_byte_is_noticed(photo_format: PhotoFormat) -> None:
    assert refusal_of(small_photo(photo_format)[:-1]) is Refusal.TRUNCATED


def test_an_empty_file_is_called_empty() -> None:
    assert refusal_of(b"") is Refusal.EMPTY


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + bytes(40),
        b"%PDF-1.7\n%\xe2\xe3",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'\xef\xbb\xbf  <?xml version="1.0"?><svg/>',
        b"<!DOCTYPE html><html></html>",
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
        b"\0\0\0\x18ftypmp42" + bytes(40),
        b"\0\0\0\x1cftypavif\0\0\0\0mif1avif" + bytes(40),
        b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif" + bytes(40),
        zip_archive(),
    ],
)
def test_other_formats_are_refused_by_content(data: bytes) -> None:
    assert refusal_of(data) is Refusal.UNSUPPORTED_FORMAT


@pytest.mark.parametrize("data", [b"\0", b"hello, this is no picture", bytes(1000), b"\xff\xd8"])
def test_what_is_no_picture_is_called_so(data: bytes) -> None:
    assert refusal_of(data) is Refusal.NOT_AN_IMAGE


@pytest.mark.parametrize("photo_format", [PhotoFormat.PNG, PhotoFormat.WEBP, PhotoFormat.HEIF])
def test_animations_are_refused(photo_format: PhotoFormat) -> None:
    data = animation(photo_format)
    if photo_format is PhotoFormat.HEIF:  # several pictures in one file are no sequence until the brand says so
        data = data.replace(b"ftypheic", b"ftyphevc", 1)
    assert refusal_of(data) is Refusal.ANIMATED


@pytest.mark.parametrize("name", HOSTILE_SIZES)
@pytest.mark.parametrize("size", [(20_001, 1), (16_000, 16_000)])
def test_absurd_sizes_are_refused_from_the_header(name: str, size: tuple[int, int]) -> None:
    if name == "webp" and size[0] > 16_384:
        size = (16_384, 16_384)  # the format's own bound
    assert refusal_of(HOSTILE_SIZES[name](*size)) is Refusal.TOO_MANY_PIXELS


def test_a_size_of_nothing_is_damage() -> None:
    assert refusal_of(HOSTILE_SIZES["png"](0, 100)) is Refusal.DAMAGED


def test_limits_are_configurable() -> None:
    data = small_photo(PhotoFormat.JPEG)
    assert refusal_of(data, Limits(pixels_max=WIDTH_PX * HEIGHT_PX - 1)) is Refusal.TOO_MANY_PIXELS
    assert refusal_of(data, Limits(side_px_max=WIDTH_PX - 1)) is Refusal.TOO_MANY_PIXELS
    assert refusal_of(data, Limits(bytes_max=len(data) - 1)) is Refusal.TOO_MANY_BYTES
    exact = Limits(pixels_max=WIDTH_PX * HEIGHT_PX, side_px_max=WIDTH_PX, bytes_max=len(data))
    assert probe(data, exact).width_px == WIDTH_PX


@pytest.mark.parametrize("photo_format", PhotoFormat)
@pytest.mark.parametrize(
    "trailer, kind",
    [
        (zip_archive(), "zip"),
        (b"<HTML><body onload=alert(1)>", "html"),
        (b"\xff\xd8\xff\xe0 a second picture", "jpeg"),
        (b"notes of a maker", "unknown"),
    ],
)
def test_what_follows_the_image_is_evidence(photo_format: PhotoFormat, trailer: bytes, kind: str) -> None:
    header = probe(small_photo(photo_format) + trailer, Limits())
    assert (header.trailing_bytes, header.trailing_kind) == (len(trailer), kind)


def test_markers_of_an_embedded_thumbnail_do_not_count() -> None:
    thumbnail = encode(textured(16, 16), PhotoFormat.JPEG)
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2) + thumbnail
    data = small_photo(PhotoFormat.JPEG)
    header = probe(data[:2] + segment + data[2:], Limits())
    assert (header.width_px, header.height_px, header.trailing_bytes) == (WIDTH_PX, HEIGHT_PX, 0)


def test_a_second_frame_in_one_jpeg_is_refused() -> None:
    data = small_photo(PhotoFormat.JPEG)
    at = data.index(b"\xff\xc0")
    frame = data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4])]
    assert refusal_of(data[:at] + frame + data[at:]) is Refusal.UNSUPPORTED_FORMAT

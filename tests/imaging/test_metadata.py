"""Metadata kept is what the camera knew of itself and the time; the place is dropped and only its dropping told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.metadata import read_metadata
from imaging.results import PhotoMetadata
from tests.imaging.made_files import exif


def test_nothing_written_is_nothing_known() -> None:
    assert read_metadata(b"", b"") == PhotoMetadata()


def test_time_offset_device_and_orientation_are_kept() -> None:
    block = exif(orientation=6, make="Maker\0", model=" Phone 3 ", taken="2024:02:29 23:59:58", offset="-03:30")
    assert read_metadata(block, b"") == PhotoMetadata(
        orientation=6,
        captured_local="2024-02-29T23:59:58",
        utc_offset="-03:30",
        device_make="Maker",
        device_model="Phone 3",
    )


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "2023:02:29 10:00:00", "yesterday", "    :  :     :  :  ", ""]
)
def test_a_time_that_is_none_is_absent(taken: str) -> None:
    assert read_metadata(exif(taken=taken), b"").captured_local is None


@pytest.mark.parametrize("offset", ["Z", "+25:00", "02:00", "+2", "   :  "])
def test_an_offset_that_is_none_is_absent(offset: str) -> None:
    assert read_metadata(exif(offset=offset), b"").utc_offset is None


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_out_of_range_counts_as_upright(orientation: int) -> None:
    assert read_metadata(exif(orientation=orientation), b"").orientation == 1


def test_a_place_in_exif_is_told_and_not_kept() -> None:
    metadata = read_metadata(exif(latitude=(48.0, 51.0, 29.6)), b"")
    assert metadata.location_removed
    assert "48" not in repr(metadata)


@pytest.mark.parametrize(
    "xmp",
    [
        b'<rdf exif:GPSLatitude="48,51.5N"/>',
        b'<rdf photoshop:City="Paris"/>',
        b"<Iptc4xmpExt:LocationCreated>",
    ],
)
def test_a_place_in_xmp_is_told(xmp: bytes) -> None:
    assert read_metadata(b"", xmp).location_removed
    assert read_metadata(exif(make="M"), xmp).location_removed


def test_text_is_cut_and_cleaned() -> None:
    metadata = read_metadata(exif(make="A\x07B\n" + "x" * 200), b"")
    assert metadata.device_make == "AB" + "x" * 62


@given(st.binary(max_size=400))
def test_hostile_exif_never_stops_a_photo(block: bytes) -> None:
    read_metadata(b"Exif\0\0" + block, block)
    read_metadata(b"Exif\0\0II*\0\x08\0\0\0" + block, b"")


def test_unreadable_exif_is_told_and_counts_as_a_place() -> None:
    metadata = read_metadata(b"Exif\0\0nonsense at length", b"")
    assert (metadata.is_readable, metadata.location_removed) == (False, True)

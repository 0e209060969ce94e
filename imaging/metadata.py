"""What is kept of a photograph's metadata: how it is turned, when and with what it was taken; never where."""

import re
import struct
import warnings
from datetime import datetime

from PIL import Image

from imaging.results import PhotoMetadata

# EXIF 3.0 (CIPA DC-008), tables 4 to 15.
_MAKE, _MODEL, _ORIENTATION, _DATE_TIME = 0x010F, 0x0110, 0x0112, 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL = 0x9003, 0x9011
_UTC_OFFSET = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d")
# Places as XMP and IPTC write them (XMP specification part 2; IPTC Photo Metadata 2023.1).
_XMP_PLACE = re.compile(rb"GPSLatitude|GPSLongitude|photoshop:City|Iptc4xmpCore:Location|LocationCreated|LocationShown")
_TEXT_CHARACTERS_MAX = 64


def read_metadata(exif_bytes: bytes, xmp_bytes: bytes) -> PhotoMetadata:
    """Read EXIF (with or without its `Exif\\0\\0` prefix) and XMP; either may be empty or hostile.

    Unreadable EXIF does not refuse the photograph: its pixels are worth having, and the result says so.
    """
    has_xmp_place = _XMP_PLACE.search(xmp_bytes) is not None
    if not exif_bytes:
        return PhotoMetadata(location_removed=has_xmp_place)
    try:
        with warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always")
            exif = Image.Exif()
            exif.load(exif_bytes)
            details, place = exif.get_ifd(_EXIF_IFD), exif.get_ifd(_GPS_IFD)
    except (
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OverflowError,
        OSError,
        struct.error,
    ):
        # What cannot be read may hold a place, and none of it is kept.
        return PhotoMetadata(location_removed=True, is_readable=False)
    return PhotoMetadata(
        orientation=_read_orientation(exif.get(_ORIENTATION)),
        captured_local=_read_time(details.get(_DATE_TIME_ORIGINAL) or exif.get(_DATE_TIME)),
        utc_offset=_read_offset(details.get(_OFFSET_TIME_ORIGINAL)),
        device_make=_read_text(exif.get(_MAKE)),
        device_model=_read_text(exif.get(_MODEL)),
        location_removed=bool(place) or has_xmp_place or bool(complaints),
        is_readable=not complaints,
    )


def _read_orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _read_time(value: object) -> str | None:
    text = _read_text(value)
    if text is None:
        return None
    try:
        return datetime.fromisoformat(f"{text[:10].replace(':', '-')}T{text[11:19]}").isoformat()
    except ValueError:
        return None


def _read_offset(value: object) -> str | None:
    text = _read_text(value)
    return text if text is not None and _UTC_OFFSET.fullmatch(text) else None


def _read_text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if not isinstance(value, str):
        return None
    text = "".join(character for character in value.split("\0")[0] if character.isprintable()).strip()
    return text[:_TEXT_CHARACTERS_MAX] or None

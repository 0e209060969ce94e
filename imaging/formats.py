"""What a stranger's bytes are, judged by content and from headers alone, before anything is decoded."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from imaging.dicom_read import MAGIC, MAGIC_AT, read_dicom_header
from imaging.heif_header import read_heif_header
from imaging.jpeg_header import read_jpeg_header
from imaging.png_header import read_png_header
from imaging.refusals import PhotoRefused, Refusal
from imaging.webp_header import read_webp_header


class PhotoFormat(StrEnum):
    """The formats that are decoded; the value is the media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIF = "image/heif"
    DICOM = "application/dicom"


class Limits(Struct, frozen=True, rename="camel"):
    """Bounds checked before decoding.

    The defaults admit the 50-megapixel photographs of today's phones. Pillow's own bound (89 megapixels)
    and libheif's (a billion) would let one upload take a worker's whole memory.
    """

    pixels_max: int = 60_000_000
    side_px_max: int = 20_000
    bytes_max: int = 64 * 1024 * 1024


class PhotoHeader(Struct, frozen=True):
    """What the header claims: size in pixels as stored, and what follows the image in the file."""

    format: PhotoFormat
    width_px: int
    height_px: int
    trailing_bytes: int
    trailing_kind: str | None


# Each gives width, height and the offset of the first byte behind the image.
_READERS: dict[PhotoFormat, Callable[[bytes], tuple[int, int, int]]] = {
    PhotoFormat.JPEG: read_jpeg_header,
    PhotoFormat.PNG: read_png_header,
    PhotoFormat.WEBP: read_webp_header,
    PhotoFormat.HEIF: read_heif_header,
    PhotoFormat.DICOM: read_dicom_header,
}

_HEIF_BRANDS = frozenset(
    {
        b"heic",
        b"heix",
        b"heim",
        b"heis",
        b"mif1",
        b"msf1",
        b"hevc",
        b"hevx",
        b"hevm",
        b"hevs",
    }
)

_KNOWN_BUT_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\0\0\1\0", "ICO"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"PK\3\4", "ZIP"),
    (b"8BPS", "Photoshop"),
)

_TRAILERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\3\4", "zip"),
    (b"%PDF", "pdf"),
    (b"\x7fELF", "executable"),
    (b"<html", "html"),
    (b"<script", "html"),
    (b"<svg", "html"),
    (b"\xff\xd8\xff", "jpeg"),
)
_TRAILER_SEARCH_BYTES = 1024 * 1024


def probe(data: bytes, limits: Limits) -> PhotoHeader:
    """The format and the bounds of `data`, or `PhotoRefused`; costs no more than a walk over the headers.

    The name and the declared media type of an upload are never asked. Bytes behind the image are reported
    and go no further: only pixels are encoded again.
    """
    check_bytes(data, limits)
    photo_format = _recognise(data)
    width_px, height_px, end = _READERS[photo_format](data)
    check_size(width_px, height_px, limits)
    trailing = data[end:]
    return PhotoHeader(photo_format, width_px, height_px, len(trailing), _trailing_kind(trailing))


def check_bytes(data: bytes, limits: Limits) -> None:
    """Refuse an empty file and one beyond the limits."""
    if not data:
        raise PhotoRefused(Refusal.EMPTY, "The file is empty.")
    if len(data) > limits.bytes_max:
        raise PhotoRefused(Refusal.TOO_MANY_BYTES, "The file is too large.", f"{len(data)} bytes")


def check_size(width_px: int, height_px: int, limits: Limits) -> None:
    """Refuse a picture of no size or beyond the limits."""
    if width_px < 1 or height_px < 1:
        raise PhotoRefused(Refusal.DAMAGED, "The photo is damaged.", f"{width_px} x {height_px} pixels")
    if max(width_px, height_px) > limits.side_px_max or width_px * height_px > limits.pixels_max:
        raise PhotoRefused(
            Refusal.TOO_MANY_PIXELS,
            "The photo has too many pixels.",
            f"{width_px} x {height_px} pixels",
        )


def _recognise(data: bytes) -> PhotoFormat:
    if data.startswith(b"\xff\xd8\xff"):
        return PhotoFormat.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoFormat.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return PhotoFormat.WEBP
    if data[4:8] == b"ftyp":
        return _recognise_brand(data)
    if data[MAGIC_AT] == MAGIC:
        return PhotoFormat.DICOM
    other = _name_other(data)
    if other is None:
        raise PhotoRefused(Refusal.NOT_AN_IMAGE, "The file is not a picture.")
    raise PhotoRefused(Refusal.UNSUPPORTED_FORMAT, "Send the photo as JPEG, PNG, WebP or HEIC.", other)


def _recognise_brand(data: bytes) -> PhotoFormat:
    major = data[8:12]
    stop = min(int.from_bytes(data[0:4]), 256)
    compatible = {data[at : at + 4] for at in range(16, stop, 4)}
    if major in _HEIF_BRANDS and b"avif" not in compatible:
        return PhotoFormat.HEIF
    name = f"ISO media of brand {major.decode('latin-1')!r}"
    raise PhotoRefused(Refusal.UNSUPPORTED_FORMAT, "Send the photo as JPEG, PNG, WebP or HEIC.", name)


def _name_other(data: bytes) -> str | None:
    for magic, name in _KNOWN_BUT_REFUSED:
        if data.startswith(magic):
            return name
    opening = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "markup" if opening.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html", b"<script", b"<!--")) else None


def _trailing_kind(trailing: bytes) -> str | None:
    if not trailing:
        return None
    searched = trailing[:_TRAILER_SEARCH_BYTES].lower()
    return next((kind for magic, kind in _TRAILERS if magic.lower() in searched), "unknown")

"""Reads a single photograph out of a stranger's DICOM file: what it is, what its header says, where its pixels lie.

Allowed are the two objects that `imaging.dicom_write` writes, uncompressed or as baseline JPEG: no deflated data set
(a bomb), no big endian, no second frame. The preamble is dropped like everything that is not pixels.
"""

import re
from datetime import date

from msgspec import Struct

from imaging.dicom_elements import PIXEL_DATA, Element, Walk, damaged
from imaging.dicom_sites import sites_of
from imaging.jpeg_header import read_jpeg_header
from imaging.refusals import PhotoRefused, Refusal
from imaging.results import DicomHeader

MAGIC_AT = slice(128, 132)
MAGIC = b"DICM"
_META_AT = 132
IMPLICIT, EXPLICIT, JPEG_BASELINE = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50"
VL_PHOTOGRAPHIC, DERMOSCOPIC = "1.2.840.10008.5.1.4.1.1.77.1.4", "1.2.840.10008.5.1.4.1.1.77.1.7"
_META_LENGTH, _META_CLASS, _META_SYNTAX = 0x00020000, 0x00020002, 0x00020010
_CHARSET, _CLASS, _REGION = 0x00080005, 0x00080016, 0x00082218
_ACQUIRED_ON, _ACQUIRED_TIME, _CODE = 0x00080022, 0x00080032, 0x00080100
_NAME, _ID, _BORN, _SEX = 0x00100010, 0x00100020, 0x00100030, 0x00100040
_LATERALITY, _SAMPLES, _INTERPRETATION, _PLANAR = 0x00200062, 0x00280002, 0x00280004, 0x00280006
_FRAMES, _ROWS, _COLUMNS, _ALLOCATED, _STORED, _SIGNED = (
    0x00280008,
    0x00280010,
    0x00280011,
    0x00280100,
    0x00280101,
    0x00280103,
)
_CHARSETS = {"": "ascii", "ISO_IR 6": "ascii", "ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8"}
_SIDES = {"L": "left", "R": "right", "B": "both", "U": "midline"}
_SEXES = {"M": "male", "F": "female", "O": "other"}
# A TIFF may share its bytes with a DICOM file (PS3.10, 7.1); any other beginning is another file's.
_TIFF_BEGINNINGS = (b"II*\0", b"MM\0*")
_TEXT_CHARACTERS_MAX = 64
_DAY, _TIME = re.compile(r"\d{8}"), re.compile(r"\d{6}")


class DicomPicture(Struct, frozen=True):
    """The pixels as they lie in the file: `jpeg`, or samples of a byte each (`is_planar`: one colour after another)."""

    width_px: int
    height_px: int
    samples: int
    interpretation: str
    is_planar: bool
    jpeg: bytes
    native: bytes
    end: int


class _File:
    """The data set's elements up to its pixels."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        syntax, at = _read_meta(data)
        self.is_jpeg = syntax == JPEG_BASELINE
        self.walk = Walk(data, is_explicit=syntax != IMPLICIT)
        self.elements = {element.tag: element for element in self.walk.elements(at, len(data))}
        _check_class(self.text(_CLASS))
        if self.text(_FRAMES) not in ("", "1"):
            raise PhotoRefused(Refusal.ANIMATED, "A DICOM file with several pictures is not supported: send one.")

    def value(self, tag: int) -> bytes:
        element = self.elements.get(tag)
        return b"" if element is None else self.data[element.start : element.end]

    def text(self, tag: int, charset: str = "ascii") -> str:
        return self.value(tag)[:1024].decode(charset, "replace").strip(" \0")

    def number(self, tag: int) -> int:
        value = self.value(tag)
        if len(value) != 2:
            raise damaged(f"{tag:08X} is not one number")
        return int.from_bytes(value, "little")

    def first_code(self, tag: int) -> str:
        """The code value of a sequence's first item."""
        sequence = self.elements.get(tag)
        for start, end in self.walk.items(sequence) if sequence else ():
            for element in self.walk.elements(start, end):
                if element.tag == _CODE:
                    return self.data[element.start : element.end][:64].decode("ascii", "replace").strip(" \0")
            return ""
        return ""


def read_dicom_header(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels, and the offset behind the pixel data; `PhotoRefused` for what is not allowed."""
    picture = read_picture(data)
    return picture.width_px, picture.height_px, picture.end


def read_picture(data: bytes) -> DicomPicture:
    """The one picture, its attributes and its bytes checked against each other; nothing is decoded yet."""
    file = _File(data)
    pixels = file.elements.get(PIXEL_DATA)
    if pixels is None:
        raise PhotoRefused(Refusal.NOT_AN_IMAGE, "The file holds no picture.", "DICOM without pixel data")
    samples, planar = file.number(_SAMPLES), file.value(_PLANAR)[:1] == b"\x01"
    bits = (file.number(_ALLOCATED), file.number(_STORED), file.number(_SIGNED))
    interpretation = file.text(_INTERPRETATION)
    if bits != (8, 8, 0) or samples not in (1, 3) or not _is_known(interpretation, samples, file.is_jpeg):
        detail = f"{samples} samples of {bits[0]} bits, {interpretation[:20]!r}"
        raise PhotoRefused(Refusal.UNSUPPORTED_FORMAT, "This kind of DICOM picture is not supported.", detail)
    picture = DicomPicture(
        width_px=file.number(_COLUMNS),
        height_px=file.number(_ROWS),
        samples=samples,
        interpretation=interpretation,
        is_planar=planar and samples == 3,
        jpeg=_jpeg_of(file, pixels) if file.is_jpeg else b"",
        native=b"" if file.is_jpeg else data[pixels.start : pixels.end],
        end=pixels.next_at,
    )
    _check_pixels(picture, pixels)
    return picture


def read_statement(data: bytes) -> DicomHeader:
    """What the header says of patient, place and time: a stranger's words, to be compared and never taken over."""
    file = _File(data)
    charset = _CHARSETS.get(file.text(_CHARSET).split("\\")[-1])
    family, _, given = _name(file, charset)
    sites = sites_of(file.first_code(_REGION))
    return DicomHeader(
        family_name=family,
        given_name=given,
        birth_date=_day(file.text(_BORN)),
        sex=_SEXES.get(file.text(_SEX), ""),
        patient_id=file.text(_ID, charset or "ascii")[:_TEXT_CHARACTERS_MAX],
        sites=sites,
        laterality=_SIDES.get(file.text(_LATERALITY), ""),
        is_dermoscopic=file.text(_CLASS) == DERMOSCOPIC,
        taken_local=_moment(file.text(_ACQUIRED_ON), file.text(_ACQUIRED_TIME)),
    )


def _read_meta(data: bytes) -> tuple[str, int]:
    """The transfer syntax and where the data set begins (PS3.10, 7.1: group 2 is explicit little endian)."""
    if data[MAGIC_AT] != MAGIC:
        raise PhotoRefused(Refusal.NOT_AN_IMAGE, "The file is not a picture.")
    if data[:128] != bytes(128) and not data.startswith(_TIFF_BEGINNINGS):
        raise PhotoRefused(Refusal.DAMAGED, "The DICOM file is damaged.", "its preamble is another file's beginning")
    walk = Walk(data, is_explicit=True)
    length = next(walk.elements(_META_AT, len(data)), None)
    if length is None or length.tag != _META_LENGTH or length.end - length.start != 4:
        raise damaged("no length of the file's head")
    end = length.end + int.from_bytes(data[length.start : length.end], "little")
    values = {
        element.tag: data[element.start : element.end][:128].decode("ascii", "replace").strip(" \0")
        for element in walk.elements(length.end, min(end, len(data)))
    }
    syntax = values.get(_META_SYNTAX, "")
    if syntax not in (IMPLICIT, EXPLICIT, JPEG_BASELINE):
        raise PhotoRefused(
            Refusal.UNSUPPORTED_FORMAT, "Send the DICOM picture as JPEG or uncompressed.", f"syntax {syntax[:64]!r}"
        )
    _check_class(values.get(_META_CLASS, ""))
    return syntax, end


def _check_class(sop_class: str) -> None:
    if sop_class not in (VL_PHOTOGRAPHIC, DERMOSCOPIC):
        detail = f"SOP class {sop_class[:64]!r}"
        raise PhotoRefused(Refusal.UNSUPPORTED_FORMAT, "Of DICOM only photographs are supported.", detail)


def _is_known(interpretation: str, samples: int, is_jpeg: bool) -> bool:
    if samples == 1:
        return interpretation == "MONOCHROME2"
    return interpretation in (("RGB", "YBR_FULL", "YBR_FULL_422") if is_jpeg else ("RGB", "YBR_FULL"))


def _jpeg_of(file: _File, pixels: Element) -> bytes:
    if not pixels.has_undefined_length:
        raise damaged("JPEG syntax with pixels that are not in fragments")
    _, *fragments = list(file.walk.fragments(pixels)) or [b""]
    return b"".join(fragments)


def _check_pixels(picture: DicomPicture, pixels: Element) -> None:
    """The attributes must promise what the bytes hold: a viewer that believes them must not read beyond."""
    if not picture.jpeg:
        wanted_bytes = picture.width_px * picture.height_px * picture.samples
        if pixels.has_undefined_length or len(picture.native) - wanted_bytes != wanted_bytes % 2:
            raise damaged(f"{len(picture.native)} bytes of pixels for {wanted_bytes}")
        return
    if not picture.jpeg.startswith(b"\xff\xd8\xff"):
        raise damaged("what is encapsulated is no JPEG")
    width_px, height_px, _ = read_jpeg_header(picture.jpeg)
    if (width_px, height_px) != (picture.width_px, picture.height_px):
        raise damaged(f"a JPEG of {width_px} x {height_px} in {picture.width_px} x {picture.height_px}")


def _name(file: _File, charset: str | None) -> tuple[str, str, str]:
    """Family and given name of the first group; a character set that is not read leaves the name unsaid."""
    if charset is None:
        return "", "", ""
    family, _, rest = file.text(_NAME, charset).partition("=")[0].partition("^")
    return family.strip()[:_TEXT_CHARACTERS_MAX], "", rest.partition("^")[0].strip()[:_TEXT_CHARACTERS_MAX]


def _day(text: str) -> str:
    try:
        # Not `strptime`: it imports a module at its first use, and in the sandbox there are no files.
        return date.fromisoformat(text).isoformat() if _DAY.fullmatch(text) else ""
    except ValueError:
        return ""


def _moment(day: str, time: str) -> str | None:
    iso, clock = _day(day), time[:6]
    if not iso or not _TIME.fullmatch(clock):
        return None
    return f"{iso}T{clock[:2]}:{clock[2:4]}:{clock[4:]}"

"""A DICOM photograph is prepared like any other upload; a damaged or hostile one is refused by a code."""

import io
import random
import zlib
from collections.abc import Callable
from typing import Any, cast

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, JPEG2000Lossless

from imaging.dicom_read import read_picture, read_statement
from imaging.dicom_write import Technique
from imaging.formats import Limits, PhotoFormat, probe
from imaging.prepare import prepare_photo
from imaging.prepare_options import PrepareOptions
from imaging.refusals import PhotoRefused, Refusal
from tests.imaging.made_files import encode, exif, textured
from tests.support.made_dicom import HEIGHT_PX, WIDTH_PX, changed, dicom, jpeg, native

SAMPLES = np.random.default_rng(7).integers(0, 256, (33, 47, 3), dtype=np.uint8)


def decoded_master(data: bytes) -> Any:
    packed = prepare_photo(data, PrepareOptions(), lambda: b"")
    whole = b"".join(packed.buffers)
    start = whole.rindex(b"\xff\xd8\xff")  # the master is the last picture of a small photograph
    return packed.facts, cv2.imdecode(np.frombuffer(whole[start:], np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("technique", list(Technique))
def test_what_we_write_we_read(technique: Technique) -> None:
    facts, pixels = decoded_master(dicom(technique))
    ours: Any = cv2.imdecode(np.frombuffer(jpeg(), np.uint8), cv2.IMREAD_COLOR)
    assert facts.source_media_type == "application/dicom"
    assert np.abs(pixels.astype(int) - ours.astype(int)).mean() < 2
    assert facts.dicom is not None
    assert facts.dicom.is_dermoscopic == (technique is Technique.DERMOSCOPY)
    assert facts.metadata.captured_local == "2026-11-26T10:30:00"


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("planar", [False, True])
def test_uncompressed_samples_come_back_in_their_colours(implicit: bool, planar: bool) -> None:
    flat = np.zeros((32, 48, 3), np.uint8)
    flat[:] = (200, 100, 50)
    _, pixels = decoded_master(native(flat, implicit=implicit, planar=planar))
    assert np.abs(pixels[16, 24].astype(int) - (50, 100, 200)).max() <= 3


def test_grey_and_luma_samples_come_back() -> None:
    _, grey = decoded_master(native(np.full((32, 48), 90, np.uint8)))
    assert np.abs(grey[16, 24].astype(int) - 90).max() <= 2
    flat = np.zeros((32, 48, 3), np.uint8)
    flat[:] = (100, 128, 200)  # much red
    _, pixels = decoded_master(native(flat, interpretation="YBR_FULL"))
    assert pixels[16, 24][2] > 180 > pixels[16, 24][0]


def test_the_header_is_told_and_not_believed() -> None:
    said = read_statement(dicom())
    assert (said.family_name, said.given_name, said.birth_date) == ("Núñez O'Brien", "Zoë", "1980-02-03")
    assert (said.sex, said.patient_id, said.sites, said.laterality) == ("female", "P-1", ("forearm",), "left")


def test_a_name_in_a_character_set_that_is_not_read_is_left_unsaid() -> None:
    unread = dicom().replace(b"ISO_IR 192", b"ISO_IR 166")
    assert read_statement(unread).family_name == ""


def test_exif_inside_does_not_turn_the_picture() -> None:
    turned = encode(textured(), PhotoFormat.JPEG, exif=exif(orientation=6))
    width_px, height_px, _ = _size(turned)

    def put(file: pydicom.Dataset) -> None:
        file.Rows, file.Columns = height_px, width_px
        file.PixelData = encapsulate([turned])

    facts, _ = decoded_master(changed(put))
    assert (facts.width_px, facts.height_px) == (width_px, height_px)


def _size(data: bytes) -> tuple[int, int, int]:
    stored: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_IGNORE_ORIENTATION | 1)
    height_px, width_px = stored.shape[:2]
    return width_px, height_px, 3


def test_fragments_of_one_frame_are_joined() -> None:
    def split(file: pydicom.Dataset) -> None:
        file.PixelData = encapsulate([jpeg()], fragments_per_frame=4, has_bot=False)

    assert read_picture(changed(split)).jpeg.rstrip(b"\0") == jpeg().rstrip(b"\0")


def _set(**values: Any) -> Callable[[pydicom.Dataset], None]:
    def change(file: pydicom.Dataset) -> None:
        for name, value in values.items():
            setattr(file, name, value)

    return change


def _garbage(file: pydicom.Dataset) -> None:
    file.PixelData = encapsulate([random.Random(3).randbytes(4000)])


def _html(file: pydicom.Dataset) -> None:
    file.PixelData = encapsulate([b"<html><script>alert(1)</script></html>"])


def _no_frame(file: pydicom.Dataset) -> None:
    file.PixelData = bytes.fromhex("feff00e0 00000000 feffdde0 00000000")


def _syntax(uid: Any) -> Callable[[pydicom.Dataset], None]:
    def change(file: pydicom.Dataset) -> None:
        file.file_meta.TransferSyntaxUID = uid

    return change


def _class(file: Any) -> None:
    file.SOPClassUID = file.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.104.1"  # encapsulated PDF


def _patched(at: bytes, by: bytes) -> bytes:
    """The file with the bytes behind a tag replaced, keeping its length."""
    data = bytearray(dicom())
    start = data.index(at) + len(at)
    data[start : start + len(by)] = by
    return bytes(data)


def _deflated() -> bytes:
    """A data set that swells to a gigabyte where somebody inflates it."""
    plain = dicom()
    file = pydicom.dcmread(io.BytesIO(plain))
    file.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    head = io.BytesIO()
    write_file_meta_info(cast("Any", head), file.file_meta)
    squeeze = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(64)) + squeeze.flush()
    return bytes(128) + b"DICM" + head.getvalue() + bomb


def _deep() -> bytes:
    """Sequences inside sequences, a thousand deep, each of undefined length."""
    head = dicom()
    start = head.index(b"\x08\x00\x05\x00CS")
    level = b"\x08\x00\x06\x00SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return head[:start] + level * 1000


HOSTILE: dict[str, tuple[bytes, Refusal]] = {
    "half of it": (dicom()[: len(dicom()) // 2], Refusal.TRUNCATED),
    "no end of sequence": (dicom()[:-8], Refusal.TRUNCATED),
    "the head alone": (dicom()[:140], Refusal.TRUNCATED),
    "PE preamble": (b"MZ" + bytes(126) + dicom()[128:], Refusal.DAMAGED),
    "HTML preamble": (b"<html><script>alert(1)</script>".ljust(128) + dicom()[128:], Refusal.DAMAGED),
    "ELF preamble": (b"\x7fELF".ljust(128, b"\0") + dicom()[128:], Refusal.DAMAGED),
    "deflated": (_deflated(), Refusal.UNSUPPORTED_FORMAT),
    "deflated by name": (
        changed(_syntax(DeflatedExplicitVRLittleEndian)),
        Refusal.UNSUPPORTED_FORMAT,
    ),
    "big endian by name": (
        dicom().replace(b"1.2.840.10008.1.2.4.50", ExplicitVRBigEndian.encode().ljust(22, b"\0")),
        Refusal.UNSUPPORTED_FORMAT,
    ),
    "JPEG 2000": (changed(_syntax(JPEG2000Lossless)), Refusal.UNSUPPORTED_FORMAT),
    "another object": (changed(_class), Refusal.UNSUPPORTED_FORMAT),
    "two classes": (changed(_set(SOPClassUID="1.2.840.10008.5.1.4.1.1.7")), Refusal.UNSUPPORTED_FORMAT),
    "many frames": (changed(_set(NumberOfFrames="500000")), Refusal.ANIMATED),
    "frames of no number": (changed(_set(NumberOfFrames="1\\1")), Refusal.ANIMATED),
    "absurd size": (_patched(b"\x28\x00\x10\x00US\x02\x00", b"\xff\xff"), Refusal.DAMAGED),
    "no size": (_patched(b"\x28\x00\x11\x00US\x02\x00", b"\0\0"), Refusal.DAMAGED),
    "native of too few bytes": (native(SAMPLES)[:-100], Refusal.TRUNCATED),
    "native of absurd size": (
        native(SAMPLES).replace(b"\x28\x00\x10\x00US\x02\x00\x21\x00", b"\x28\x00\x10\x00US\x02\x00\xff\xff"),
        Refusal.DAMAGED,
    ),
    "sixteen bits": (changed(_set(BitsAllocated=16, BitsStored=16)), Refusal.UNSUPPORTED_FORMAT),
    "palette": (changed(_set(PhotometricInterpretation="PALETTE COLOR")), Refusal.UNSUPPORTED_FORMAT),
    "encapsulated garbage": (changed(_garbage), Refusal.DAMAGED),
    "encapsulated HTML": (changed(_html), Refusal.DAMAGED),
    "nothing encapsulated": (changed(_no_frame), Refusal.DAMAGED),
    "no pixels": (changed(lambda file: file.__delattr__("PixelData")), Refusal.NOT_AN_IMAGE),
    "a length past the end": (_patched(b"\x10\x00\x10\x00PN", b"\xff\xff"), Refusal.TRUNCATED),
    "a length inside the next": (_patched(b"\x10\x00\x10\x00PN", b"\x01\x00"), Refusal.DAMAGED),
    "no such kind": (_patched(b"\x10\x00\x10\x00", b"??"), Refusal.DAMAGED),
    "sequences without end": (_deep(), Refusal.DAMAGED),
}


@pytest.mark.parametrize("data, code", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_damaged_or_hostile_file_is_refused(data: bytes, code: Refusal) -> None:
    with pytest.raises(PhotoRefused) as refused:
        prepare_photo(data, PrepareOptions(), lambda: b"")
    assert refused.value.code is code


def test_a_beginning_of_the_file_is_never_taken_for_the_whole() -> None:
    whole = dicom()
    for end in range(0, len(whole), 61):
        with pytest.raises(PhotoRefused):
            probe(whole[:end], Limits())


def test_changed_bytes_in_the_header_are_refused_or_harmless() -> None:
    """Nothing but a refusal ever leaves the reader, and what it lets through keeps its promise of size."""
    whole, chance = dicom(), random.Random(11)
    pixels_at = whole.index(b"\xff\xd8\xff")
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 2, 8))):
            data[chance.randrange(132, pixels_at)] = chance.randrange(256)
        try:
            header = probe(bytes(data), Limits())
            read_statement(bytes(data))
        except PhotoRefused:
            continue
        assert (header.format, header.width_px, header.height_px) == (PhotoFormat.DICOM, WIDTH_PX, HEIGHT_PX)


def test_what_follows_the_pixels_is_reported_and_dropped() -> None:
    header = probe(dicom() + b"PK\3\4 and more", Limits())
    assert (header.trailing_kind, header.trailing_bytes) == ("zip", 13)


def test_bounds_count_before_decoding() -> None:
    with pytest.raises(PhotoRefused) as refused:
        probe(dicom(), Limits(pixels_max=100))
    assert refused.value.code is Refusal.TOO_MANY_PIXELS

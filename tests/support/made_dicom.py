"""DICOM photographs as the platform writes them, and variations that others might."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import UUID

import cv2
import msgspec
import numpy as np
import pydicom
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging.dicom_write import Person, PhotoDescription, Technique, write_dicom
from imaging.drawn import Scene, Subject, View, draw_jpeg
from imaging.drawn_skin import SkinTone

WIDTH_PX, HEIGHT_PX = 161, 121
PERSON = Person(
    patient_id="P-1",
    issuer="Clinic",
    family_name="Núñez O'Brien",
    given_name="Zoë",
    birth_date=date(1980, 2, 3),
    sex="female",
)
ABOUT = PhotoDescription(
    study_id=UUID(int=1 << 100),
    series_id=UUID(int=2 << 100),
    instance_id=UUID(int=3 << 100),
    frame_of_reference_id=UUID(int=4 << 100),
    technique=Technique.PHOTOGRAPH,
    person=PERSON,
    site="forearm",
    laterality="left",
    taken_at=datetime(2026, 11, 26, 10, 30, tzinfo=timezone(timedelta(hours=-6))),
)
AT_UTC = datetime(2026, 11, 26, 16, 30, tzinfo=UTC)


@cache
def jpeg(width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> bytes:
    """A drawn photograph encoded as the master is."""
    drawn = draw_jpeg(Scene(Subject.RASH, SkinTone.BROWN, View.MEDIUM, width_px=width_px, height_px=height_px))
    pixels: Any = cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_COLOR)
    encoded: bytes = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    return encoded


def dicom(technique: Technique = Technique.PHOTOGRAPH, **changes: Any) -> bytes:
    return write_dicom(jpeg(), msgspec.structs.replace(ABOUT, technique=technique, **changes))


def changed(change: Callable[[pydicom.Dataset], None], data: bytes | None = None) -> bytes:
    """The file with its data set changed, written again as it stands, whatever that breaks."""
    file = pydicom.dcmread(io.BytesIO(data or dicom()))
    change(file)
    written = io.BytesIO()
    file.save_as(written)
    return written.getvalue()


def native(pixels: Any, *, implicit: bool = False, planar: bool = False, interpretation: str = "RGB") -> bytes:
    """An uncompressed photograph of those pixels (height, width, 3 or none; red first)."""

    def change(file: pydicom.Dataset) -> None:
        height_px, width_px = pixels.shape[:2]
        file.Rows, file.Columns = height_px, width_px
        file.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
        file.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else interpretation
        file.PlanarConfiguration = int(planar)
        stored = pixels.transpose(2, 0, 1).tobytes() if planar else pixels.tobytes()
        file.PixelData = stored + bytes(len(stored) % 2)
        file["PixelData"].VR = "OB"
        file["PixelData"].is_undefined_length = False
        syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        file.file_meta.TransferSyntaxUID = syntax

    return changed(change)

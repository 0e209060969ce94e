"""Writes a photograph as a DICOM object around its JPEG, whose bytes stay as they are.

VL Photographic Image (PS3.3, A.32.4) and, for what was taken through a dermatoscope, Dermoscopic Photography Image
(A.32.11). Whatever is not known stays empty, as the attribute's type allows, rather than being guessed.
"""

import io
import re
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from PIL import ImageCms
from pydicom import Dataset, FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGBaseline8Bit

from imaging.colour import make_srgb_profile
from imaging.dicom_sites import REGIONS, region_of
from imaging.jpeg_frame import JpegFrame, read_frame

VL_PHOTOGRAPHIC = UID("1.2.840.10008.5.1.4.1.1.77.1.4")
DERMOSCOPIC = UID("1.2.840.10008.5.1.4.1.1.77.1.7")
IMPLEMENTATION = UID("2.25.211494380423527312062371915183420071271")
UNKNOWN = "Unknown"
# PS3.5, table 6.2-1: a long string has at most 64 characters, and so has a person's name with its separators.
_TEXT_CHARACTERS_MAX = 64
_NAME_CHARACTERS_MAX = 31
_NOT_IN_TEXT = re.compile(r"[\x00-\x1f\x7f\\^=]+")
# CID 244; "unpaired" has no modifier.
_SIDES = {"left": ("7771000", "Left"), "right": ("24028007", "Right"), "both": ("51440002", "Bilateral")}
_IMAGE_LATERALITY = {"left": "L", "right": "R", "both": "B", "midline": "U"}
_SEXES = {"male": "M", "female": "F", "other": "O"}
_PROFILE_DATE = slice(24, 36)
_FIRST_OF_2000 = bytes.fromhex("07d0 0001 0001 0000 0000 0000")


class Technique(StrEnum):
    PHOTOGRAPH = "photograph"
    DERMOSCOPY = "dermoscopy"


class Person(Struct, frozen=True, kw_only=True):
    """The patient as the header names them; `sex` is HL7's administrative gender."""

    patient_id: str
    issuer: str
    family_name: str
    given_name: str
    birth_date: date | None
    sex: str


class PhotoDescription(Struct, frozen=True, kw_only=True):
    """What the header says. Each id gives a UID below 2.25 (PS3.5, B.2), the same one at every writing.

    `site` is a code of the project's body map, `laterality` a value of the case contract. `taken_at` carries the
    offset of the place where the photograph was taken. `camera` may be empty.
    """

    study_id: UUID
    series_id: UUID
    instance_id: UUID
    frame_of_reference_id: UUID
    technique: Technique
    person: Person
    site: str
    laterality: str
    taken_at: datetime
    camera: str = ""
    number: int = 1


def uid_from(identifier: UUID) -> UID:
    """The UID that PS3.5 annex B.2 derives from a UUID."""
    return UID(f"2.25.{identifier.int}")


def write_dicom(jpeg: bytes, about: PhotoDescription) -> bytes:
    """The object as a file (PS3.10) with `jpeg` as its one fragment, padded to an even length if it is odd.

    Raises `NotEncapsulable` where the bytes are not a bare baseline JPEG: one that carries metadata, a turned
    picture or another process would put into the archive what the master's encoding took out.
    """
    frame = read_frame(jpeg)
    header = Dataset()
    _describe_patient(header, about.person)
    _describe_study(header, about)
    _describe_picture(header, frame, len(jpeg))
    _describe_place(header, about)
    if about.technique is Technique.DERMOSCOPY:
        _describe_dermoscopy(header, about)
    header.PixelData = encapsulate([jpeg])
    header["PixelData"].VR = "OB"
    header["PixelData"].is_undefined_length = True
    return _to_file(header)


def _to_file(header: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = header.SOPClassUID
    meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    meta.TransferSyntaxUID = JPEGBaseline8Bit
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = "CAREFERRY_1"
    written = io.BytesIO()
    file = FileDataset(written, header, file_meta=meta, preamble=bytes(128))
    file.save_as(written, enforce_file_format=True)
    return written.getvalue()


def _describe_patient(header: Dataset, person: Person) -> None:
    header.SpecificCharacterSet = "ISO_IR 192"
    names = (_text(name, _NAME_CHARACTERS_MAX) for name in (person.family_name, person.given_name))
    header.PatientName = "^".join(names)
    header.PatientID = _text(person.patient_id)
    header.IssuerOfPatientID = _text(person.issuer)
    header.PatientBirthDate = person.birth_date.strftime("%Y%m%d") if person.birth_date else ""
    header.PatientSex = _SEXES.get(person.sex, "")


def _describe_study(header: Dataset, about: PhotoDescription) -> None:
    is_dermoscopy = about.technique is Technique.DERMOSCOPY
    header.SOPClassUID = DERMOSCOPIC if is_dermoscopy else VL_PHOTOGRAPHIC
    header.SOPInstanceUID = uid_from(about.instance_id)
    header.StudyInstanceUID = uid_from(about.study_id)
    header.SeriesInstanceUID = uid_from(about.series_id)
    header.Modality = "DMS" if is_dermoscopy else "XC"
    day, time = about.taken_at.strftime("%Y%m%d"), about.taken_at.strftime("%H%M%S")
    for event in ("Study", "Series", "Acquisition", "Content"):
        setattr(header, f"{event}Date", day)
        setattr(header, f"{event}Time", time)
    header.TimezoneOffsetFromUTC = about.taken_at.strftime("%z")
    header.AccessionNumber = header.ReferringPhysicianName = ""
    header.StudyID = about.study_id.hex[:16]  # only the UID is a key; browsers of discs want this one too
    header.SeriesNumber, header.InstanceNumber = 2 if is_dermoscopy else 1, about.number
    header.Manufacturer = UNKNOWN
    header.ManufacturerModelName = _text(about.camera) or UNKNOWN


def _describe_picture(header: Dataset, frame: JpegFrame, size_bytes: int) -> None:
    """The Image Pixel and VL Image modules. The pixels were decoded, turned and encoded anew, hence derived."""
    header.ImageType = ["DERIVED", "PRIMARY"]
    header.DerivationDescription = "Turned upright, converted to sRGB, encoded as JPEG"
    header.PatientOrientation = None
    header.SamplesPerPixel = frame.components
    header.PhotometricInterpretation = frame.photometric_interpretation
    if frame.components > 1:
        header.PlanarConfiguration = 0
    header.Rows, header.Columns = frame.height_px, frame.width_px
    header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 8, 8, 7, 0
    header.LossyImageCompression = "01"
    ratio = frame.height_px * frame.width_px * frame.components / size_bytes
    header.LossyImageCompressionRatio = f"{ratio:.2f}"
    header.LossyImageCompressionMethod = "ISO_10918_1"
    header.ICCProfile = _srgb_profile_bytes()
    header.ColorSpace = "SRGB"


def _describe_place(header: Dataset, about: PhotoDescription) -> None:
    header.AcquisitionContextSequence = []
    side = _IMAGE_LATERALITY.get(about.laterality)
    if side is None:
        header.Laterality = ""  # type 2C: it must say that it is not known
    else:
        header.ImageLaterality = side
    region = region_of(about.site)
    if region is None:
        return
    item = _coded(region.code, region.meaning)
    if about.laterality in _SIDES:
        item.AnatomicRegionModifierSequence = [_coded(*_SIDES[about.laterality])]
    header.AnatomicRegionSequence = [item]


def _describe_dermoscopy(header: Dataset, about: PhotoDescription) -> None:
    """What A.32.11 asks beyond VL. A feature that may tell who it is counts as there until a person says it is not."""
    header.FrameOfReferenceUID = uid_from(about.frame_of_reference_id)
    header.PositionReferenceIndicator = ""
    header.DeviceSerialNumber, header.SoftwareVersions = UNKNOWN, UNKNOWN
    header.RecognizableVisualFeatures = "YES"
    for keyword in ("LightSourcePolarization", "ContactMethod"):
        setattr(header, keyword, None)
    header.EmitterColorTemperature = header.OpticalMagnificationFactor = None


def _coded(code: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, REGIONS.scheme, meaning
    return item


def _text(words: str, characters_max: int = _TEXT_CHARACTERS_MAX) -> str:
    """Without what separates values and components, as long as a value may be."""
    return _NOT_IN_TEXT.sub(" ", words).strip()[:characters_max].strip()


def _srgb_profile_bytes() -> bytes:
    """sRGB's profile; lcms writes the moment of its making into it, which would make every object another one."""
    profile = bytearray(ImageCms.ImageCmsProfile(make_srgb_profile()).tobytes())
    profile[_PROFILE_DATE] = _FIRST_OF_2000
    return bytes(profile)

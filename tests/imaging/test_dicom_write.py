"""What is written is valid DICOM by three other programs' judgement, and holds the JPEG as it was."""

import io
import subprocess
from pathlib import Path
from typing import Any, cast

import cv2
import msgspec
import numpy as np
import pydicom
import pytest
from pydicom.encaps import generate_frames
from pydicom.sr.codedict import codes

from imaging.dicom_sites import REGIONS, region_of
from imaging.dicom_write import Technique, write_dicom
from imaging.formats import PhotoFormat
from imaging.jpeg_frame import NotEncapsulable, read_frame
from server.contract.catalogue import body_sites
from server.contract.wire import Laterality
from tests.imaging.made_files import encode, exif, textured
from tests.support.made_dicom import ABOUT, HEIGHT_PX, PERSON, WIDTH_PX, dicom, jpeg

TECHNIQUES = pytest.mark.parametrize("technique", list(Technique))


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def read(data: bytes) -> Any:
    return pydicom.dcmread(io.BytesIO(data))


@pytest.mark.requires("dicom")
@TECHNIQUES
@pytest.mark.parametrize("laterality", list(Laterality))
def test_dciodvfy_finds_no_error(tmp_path: Path, technique: Technique, laterality: Laterality) -> None:
    file = tmp_path / "a.dcm"
    file.write_bytes(dicom(technique, laterality=laterality, camera="Pixel 8"))
    said = run("dciodvfy", str(file))
    assert "Error" not in said
    assert ("DermoscopicPhotographyImage" if technique is Technique.DERMOSCOPY else "VLPhotographicImage") in said


@pytest.mark.requires("dicom")
def test_dciodvfy_finds_no_error_where_little_is_known(tmp_path: Path) -> None:
    nobody = msgspec.structs.replace(PERSON, birth_date=None, sex="unknown", given_name="", family_name="")
    file = tmp_path / "a.dcm"
    file.write_bytes(dicom(person=nobody, site="elsewhere", laterality="not-applicable"))
    assert "Error" not in run("dciodvfy", str(file))


@pytest.mark.requires("dicom")
@TECHNIQUES
def test_dcmtk_reads_it_and_decodes_the_same_pixels(tmp_path: Path, technique: Technique) -> None:
    file, plain = tmp_path / "a.dcm", tmp_path / "b.dcm"
    file.write_bytes(dicom(technique))
    assert "Warning" not in run("dcmdump", "+W", str(tmp_path), str(file))
    run("dcmdjpeg", "+cn", str(file), str(plain))
    got = pydicom.dcmread(plain)
    assert (got.Rows, got.Columns) == (HEIGHT_PX, WIDTH_PX)
    decoded: Any = cv2.imdecode(np.frombuffer(jpeg(), np.uint8), cv2.IMREAD_COLOR)
    ours: Any = cast("Any", cv2).cvtColor(decoded, cv2.COLOR_BGR2YCrCb)
    stored: Any = np.frombuffer(got.PixelData, np.uint8)[: ours.size]
    theirs = stored.reshape(3, HEIGHT_PX, WIDTH_PX) if got.PlanarConfiguration else stored.reshape(ours.shape)
    luma = theirs[0] if got.PlanarConfiguration else theirs[:, :, 0]
    # Two libraries upsample colour differently; brightness is what each decoded.
    assert np.abs(luma.astype(int) - ours[:, :, 0].astype(int)).max() <= 2


@TECHNIQUES
def test_the_jpeg_lies_in_it_unchanged(technique: Technique) -> None:
    file = read(dicom(technique))
    (frame,) = generate_frames(file.PixelData, number_of_frames=1)
    assert frame.removesuffix(b"\0") == jpeg().removesuffix(b"\0")
    assert file.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"


def test_it_is_the_same_at_every_writing_with_uids_from_the_ids() -> None:
    assert dicom() == dicom()
    file = read(dicom())
    assert file.StudyInstanceUID == f"2.25.{1 << 100}"
    assert file.SOPInstanceUID == file.file_meta.MediaStorageSOPInstanceUID == f"2.25.{3 << 100}"


def test_the_patient_s_name_keeps_its_letters_and_takes_no_separators() -> None:
    sly = msgspec.structs.replace(PERSON, given_name="Zoë^Dr\\x=\n" + "é" * 100)
    assert read(dicom()).PatientName == "Núñez O'Brien^Zoë"
    name = str(read(dicom(person=sly)).PatientName)
    assert (name.count("^"), "\\" in name, "=" in name) == (1, False, False)
    assert len(name.partition("^")[2]) <= 64


def test_side_and_region_are_coded() -> None:
    file = read(dicom(site="cheek", laterality="right"))
    (region,) = file.AnatomicRegionSequence
    assert (file.ImageLaterality, region.CodeValue, region.CodingSchemeDesignator) == ("R", "36141000", "SCT")
    assert region.AnatomicRegionModifierSequence[0].CodeValue == "24028007"


def test_the_time_is_of_the_place_with_its_offset() -> None:
    file = read(dicom())
    assert (file.AcquisitionDate, file.AcquisitionTime, file.TimezoneOffsetFromUTC) == ("20261126", "103000", "-0600")


def test_every_body_site_has_a_region_that_pydicom_knows() -> None:
    known = {
        getattr(table, name).value
        for table in (codes.cid4029, codes.cid4031, codes.SCT)  # pyright: ignore[reportAttributeAccessIssue]  made at run time
        for name in table.dir()
    }
    assert [site.code for site in body_sites().sites] == [region.site for region in REGIONS.sites]
    assert {region.code for region in REGIONS.sites} <= known
    assert region_of("nowhere") is None


@pytest.mark.parametrize(
    "data",
    [
        encode(textured(), PhotoFormat.JPEG, exif=exif(latitude=(1.0, 2.0, 3.0))),
        encode(textured(), PhotoFormat.JPEG, progressive=True),
        encode(textured().convert("CMYK"), PhotoFormat.JPEG),
        encode(textured(), PhotoFormat.JPEG, comment=b"words"),
        encode(textured(), PhotoFormat.PNG),
        jpeg()[:-30],
        b"",
    ],
    ids=["EXIF", "progressive", "CMYK", "comment", "PNG", "truncated", "empty"],
)
def test_what_is_not_a_bare_baseline_jpeg_is_not_encapsulated(data: bytes) -> None:
    with pytest.raises(NotEncapsulable):
        write_dicom(data, ABOUT)


@pytest.mark.parametrize(
    "data, interpretation",
    [
        (encode(textured(), PhotoFormat.JPEG, subsampling=2), "YBR_FULL_422"),
        (encode(textured(), PhotoFormat.JPEG, subsampling=0), "YBR_FULL"),
        (encode(textured().convert("L"), PhotoFormat.JPEG), "MONOCHROME2"),
    ],
    ids=["4:2:0", "4:4:4", "grey"],
)
def test_the_components_are_named_as_the_frame_has_them(data: bytes, interpretation: str) -> None:
    assert read_frame(data).photometric_interpretation == interpretation

"""Decodes a recognised photograph into upright sRGB pixels; meant to run inside the sandbox."""

import io
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple

import cv2
import numpy as np
import pillow_heif
from msgspec import structs
from numpy.typing import NDArray
from PIL import (
    Image,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from imaging.colour import ColourSource, Pixels, ToSrgb, make_srgb_profile
from imaging.dicom_read import DicomPicture, read_picture, read_statement
from imaging.formats import Limits, PhotoFormat, PhotoHeader, check_size
from imaging.metadata import read_metadata
from imaging.refusals import PhotoRefused, Refusal
from imaging.results import PhotoMetadata

# Pillow would import these on first use, which in a child without files is too late (TIFF's reads EXIF).
PILLOW_PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
# The bounds of `Limits` were checked first and are tighter than Pillow's warning.
Image.MAX_IMAGE_PIXELS = None
# Only the main picture is wanted; every other one is more of a stranger's bytes to parse.
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False
# libjpeg decodes on over damage and only says so. Padding before a marker is its one harmless complaint.
_JPEG_COMPLAINTS = (
    b"Corrupt JPEG data",
    b"Premature end",
    b"Unsupported marker",
    b"Invalid SOS",
    b"Inconsistent",
)
_HARMLESS = b"extraneous bytes before marker"
_WHITE = 255
_STRIP_PX = 256
_TURNS: dict[int, Callable[[Pixels], Any]] = {
    2: lambda pixels: cv2.flip(pixels, 1),
    3: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_180),
    4: lambda pixels: cv2.flip(pixels, 0),
    5: cv2.transpose,
    6: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE),
    7: lambda pixels: cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180),
    8: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


class DecodedPhoto(NamedTuple):
    """Upright pixels in sRGB and what the file said about itself."""

    pixels: Pixels
    metadata: PhotoMetadata
    colour: ColourSource


class _Raw(NamedTuple):
    """Blue-green-red pixels as stored, with what is needed to finish them."""

    pixels: Pixels
    metadata: PhotoMetadata
    icc_profile: bytes


def decode_photo(
    data: bytes,
    header: PhotoHeader,
    limits: Limits,
    executor: Executor,
    read_complaints: Callable[[], bytes],
) -> DecodedPhoto:
    """Decode `data`, of which `header` was probed; `executor` runs the strips of a colour conversion.

    `read_complaints` gives what the decoding libraries have written to standard error so far.
    Raises `PhotoRefused` (damaged, decode_failed, too_many_pixels), or whatever a decoder raises over
    hostile bytes.
    """
    raw = _DECODERS[header.format](data, limits)
    _check_complaints(read_complaints())
    _check_claim(raw.pixels, header, limits)
    to_srgb = ToSrgb(raw.icc_profile)
    pixels = to_srgb.apply(raw.pixels, executor)
    turn = _TURNS.get(raw.metadata.orientation)
    if turn is not None:
        pixels = np.asarray(turn(pixels), dtype=np.uint8)
    return DecodedPhoto(pixels, raw.metadata, to_srgb.source)


def _decode_jpeg(data: bytes, limits: Limits) -> _Raw:
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    if image.mode == "CMYK":
        return _decode_with_pillow(data, limits)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    decoded: Any = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None:
        raise PhotoRefused(Refusal.DECODE_FAILED, "The photo cannot be read.", "OpenCV gave no picture")
    is_grey = image.mode == "L"  # a grey profile describes one channel; cameras that write one mean sRGB's curve
    icc_profile = b"" if is_grey else image.info.get("icc_profile") or b""
    return _Raw(decoded, _metadata_of(image), icc_profile)


def _decode_with_pillow(data: bytes, limits: Limits) -> _Raw:
    image = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
    check_size(*image.size, limits)
    metadata, icc_profile = _metadata_of(image), image.info.get("icc_profile") or b""
    image.load()
    if image.mode == "CMYK":
        return _Raw(_bgr_from(_cmyk_to_srgb(image, icc_profile), "RGB"), metadata, b"")
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("L", "1", "I", "F"):
        icc_profile = b""
    has_alpha = "transparency" in image.info or image.mode in ("RGBA", "LA", "PA")
    return _Raw(_bgr_from(image, "RGBA" if has_alpha else "RGB"), metadata, icc_profile)


def _decode_webp(data: bytes, limits: Limits) -> _Raw:
    """Pillow reads what the file says, OpenCV its pixels: Pillow's decoder holds four copies of them."""
    with Image.open(io.BytesIO(data), formats=["WEBP"]) as image:
        check_size(*image.size, limits)
        metadata, icc_profile = _metadata_of(image), image.info.get("icc_profile") or b""
    del image
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    decoded: Any = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None:
        raise PhotoRefused(Refusal.DECODE_FAILED, "The photo cannot be read.", "OpenCV gave no picture")
    return _Raw(_flatten(decoded), metadata, icc_profile)


def _decode_heif(data: bytes, limits: Limits) -> _Raw:
    """libheif turns and mirrors by itself, as ISO/IEC 23008-12 asks, so EXIF's orientation does not count."""
    heif = _open_heif(data)
    width_px, height_px = heif.size
    check_size(width_px, height_px, limits)
    metadata = read_metadata(heif.info.get("exif") or b"", heif.info.get("xmp") or b"")
    stored: NDArray[np.uint8] = np.asarray(heif)
    if stored.ndim == 2:
        stored = np.asarray(cv2.cvtColor(stored, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    return _Raw(_flatten(stored), structs.replace(metadata, orientation=1), heif.info.get("icc_profile") or b"")


def _decode_dicom(data: bytes, limits: Limits) -> _Raw:
    """Pixels as DICOM says they lie: an orientation that EXIF claims inside of it does not count."""
    picture = read_picture(data)
    metadata = PhotoMetadata(captured_local=read_statement(data).taken_local)
    if picture.jpeg:
        raw = _decode_jpeg(picture.jpeg, limits)
        metadata = structs.replace(metadata, location_removed=raw.metadata.location_removed)
        return _Raw(raw.pixels, metadata, raw.icc_profile)
    return _Raw(_native_pixels(picture), metadata, b"")


def _native_pixels(picture: DicomPicture) -> Pixels:
    height_px, width_px, samples = picture.height_px, picture.width_px, picture.samples
    stored = np.frombuffer(picture.native, np.uint8, height_px * width_px * samples)
    if picture.is_planar:
        stored = stored.reshape(samples, height_px, width_px).transpose(1, 2, 0)
    stored = np.ascontiguousarray(stored.reshape(height_px, width_px, samples))
    if samples == 1:
        return np.asarray(cv2.cvtColor(stored, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    if picture.interpretation == "YBR_FULL":  # OpenCV's order is Y, Cr, Cb
        stored = np.ascontiguousarray(stored[:, :, [0, 2, 1]])
        return np.asarray(cv2.cvtColor(stored, cv2.COLOR_YCrCb2BGR), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(stored, cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _open_heif(data: bytes) -> Any:
    return pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True, bgr_mode=True)


_DECODERS: dict[PhotoFormat, Callable[[bytes, Limits], _Raw]] = {
    PhotoFormat.JPEG: _decode_jpeg,
    PhotoFormat.PNG: _decode_with_pillow,
    PhotoFormat.WEBP: _decode_webp,
    PhotoFormat.HEIF: _decode_heif,
    PhotoFormat.DICOM: _decode_dicom,
}


def _metadata_of(image: Image.Image) -> PhotoMetadata:
    xmp = image.info.get("xmp") or b""
    return read_metadata(
        image.info.get("exif") or b"",
        xmp if isinstance(xmp, bytes) else str(xmp).encode(),
    )


def _cmyk_to_srgb(image: Image.Image, icc_profile: bytes) -> Image.Image:
    if not icc_profile:
        return image.convert("RGB")
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
    converted = ImageCms.profileToProfile(image, source, make_srgb_profile(), outputMode="RGB")
    return image.convert("RGB") if converted is None else converted


def _bgr_from(image: Image.Image, mode: str) -> Pixels:
    """The picture converted to `mode` and flattened, strip by strip: a whole copy for each step would not fit."""
    width_px, height_px = image.size
    shown = np.empty((height_px, width_px, 3), np.uint8)
    for top in range(0, height_px, _STRIP_PX):
        bottom = min(height_px, top + _STRIP_PX)
        strip = image.crop((0, top, width_px, bottom))
        stored = np.asarray(strip if strip.mode == mode else strip.convert(mode))
        code = cv2.COLOR_RGBA2BGRA if stored.shape[2] == 4 else cv2.COLOR_RGB2BGR
        shown[top:bottom] = _flatten(np.asarray(cv2.cvtColor(stored, code), dtype=np.uint8))
    return shown


def _flatten(stored: NDArray[np.uint8]) -> Pixels:
    """Show transparent parts on white, as every viewer would, so that hidden pixels stay hidden."""
    if stored.shape[2] == 3:
        return stored
    shown = np.empty((*stored.shape[:2], 3), np.uint8)
    for top in range(0, stored.shape[0], _STRIP_PX):
        strip = stored[top : top + _STRIP_PX]
        alpha = cv2.cvtColor(np.ascontiguousarray(strip[:, :, 3]), cv2.COLOR_GRAY2BGR)
        dark = cv2.multiply(_WHITE - strip[:, :, :3], alpha, scale=1 / _WHITE)
        shown[top : top + _STRIP_PX] = _WHITE - np.asarray(dark, np.uint8)
    return shown


def _check_complaints(complaints: bytes) -> None:
    for line in complaints.splitlines():
        if any(phrase in line for phrase in _JPEG_COMPLAINTS) and _HARMLESS not in line:
            raise PhotoRefused(
                Refusal.DAMAGED,
                "Part of the photo is damaged.",
                line.decode("ascii", "replace"),
            )


def _check_claim(pixels: Pixels, header: PhotoHeader, limits: Limits) -> None:
    """Decoded pixels must be what the header promised; a HEIF's largest picture need not be its main one."""
    height_px, width_px = pixels.shape[:2]
    check_size(width_px, height_px, limits)
    if header.format is not PhotoFormat.HEIF and (width_px, height_px) != (
        header.width_px,
        header.height_px,
    ):
        raise PhotoRefused(
            Refusal.DAMAGED,
            "The photo is damaged.",
            f"decoded to {width_px} x {height_px} pixels",
        )

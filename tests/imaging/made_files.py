"""Files for tests: small honest photographs in each format, and hostile ones made from them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
import pillow_heif
from PIL import Image

from imaging.dicom_write import write_dicom
from imaging.formats import PhotoFormat
from tests.support.made_dicom import ABOUT

pillow_heif.register_heif_opener()
WIDTH_PX, HEIGHT_PX = 96, 64
_PIL_NAMES = {
    PhotoFormat.JPEG: "JPEG",
    PhotoFormat.PNG: "PNG",
    PhotoFormat.WEBP: "WEBP",
    PhotoFormat.HEIF: "HEIF",
}


def textured(width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> Image.Image:
    """Left half reddish, right half bluish, with texture; the top left corner is white."""
    pixels = np.random.default_rng(7).integers(0, 40, (height_px, width_px, 3)).astype(np.uint8)
    pixels[:, : width_px // 2, 0] += 160
    pixels[:, width_px // 2 :, 2] += 160
    pixels[: height_px // 4, : width_px // 4] = 255
    return Image.fromarray(pixels)


def encode(image: Image.Image, photo_format: PhotoFormat, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, _PIL_NAMES[photo_format], **options)
    return file.getvalue()


def small_photo(photo_format: PhotoFormat) -> bytes:
    if photo_format is PhotoFormat.DICOM:
        return write_dicom(encode(textured(), PhotoFormat.JPEG), ABOUT)
    return encode(textured(), photo_format)


def exif(**tags: object) -> bytes:
    """EXIF bytes; keys are `orientation`, `make`, `model`, `taken`, `offset`, `latitude`."""
    block = Image.Exif()
    for name, number in (("orientation", 0x0112), ("make", 0x010F), ("model", 0x0110)):
        if name in tags:
            block[number] = tags[name]
    details = {0x9003: tags.get("taken"), 0x9011: tags.get("offset")}
    block.get_ifd(0x8769).update({number: value for number, value in details.items() if value is not None})
    if "latitude" in tags:
        block.get_ifd(0x8825).update({1: "N", 2: tags["latitude"]})
    return block.tobytes()


def png_of_size(width_px: int, height_px: int) -> bytes:
    """A PNG that declares a size and holds almost nothing."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return png_of_chunks((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))


def png_of_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def png_with_text_bomb() -> bytes:
    """A proper picture whose compressed comment grows to 256 MiB."""
    photo = small_photo(PhotoFormat.PNG)
    at = photo.index(b"IDAT") - 4
    content = b"Comment\0\0" + zlib.compress(bytes(256 * 1024 * 1024), 9)
    return photo[:at] + png_of_chunks((b"zTXt", content))[8:] + photo[at:]


def webp_of_size(width_px: int, height_px: int) -> bytes:
    canvas = b"\0\0\0\0" + (width_px - 1).to_bytes(3, "little") + (height_px - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heif_of_size(width_px: int, height_px: int) -> bytes:
    """A proper HEIF whose every declared size is another."""
    data = bytearray(small_photo(PhotoFormat.HEIF))
    at = data.find(b"ispe")
    while at >= 0:
        data[at + 8 : at + 16] = struct.pack(">II", width_px, height_px)
        at = data.find(b"ispe", at + 4)
    return bytes(data)


def jpeg_of_size(width_px: int, height_px: int) -> bytes:
    """A proper JPEG whose frame header declares another size."""
    data = bytearray(small_photo(PhotoFormat.JPEG))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height_px, width_px)
    return bytes(data)


def animation(photo_format: PhotoFormat) -> bytes:
    frames = [textured(), textured().transpose(Image.Transpose.ROTATE_180)]
    return encode(frames[0], photo_format, save_all=True, append_images=frames[1:], duration=100)


def zip_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("secret.txt", "survives nowhere")
    return file.getvalue()


HOSTILE_SIZES: dict[str, Callable[[int, int], bytes]] = {
    "jpeg": jpeg_of_size,
    "png": png_of_size,
    "webp": webp_of_size,
    "heif": heif_of_size,
}

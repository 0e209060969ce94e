"""Makes more than two hundred files that a decoder, a worker or a browser should not meet: named, and always the same.

`corpus()` gives each with the refusals it may end in; one without any must come out as a photograph.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, cast

import numpy as np
from PIL import Image, ImageCms

from imaging.formats import PhotoFormat
from imaging.refusals import Refusal
from tests.imaging.made_files import (
    HOSTILE_SIZES,
    animation,
    encode,
    exif,
    heif_of_size,
    jpeg_of_size,
    png_of_chunks,
    png_of_size,
    png_with_text_bomb,
    small_photo,
    textured,
    webp_of_size,
    zip_archive,
)
from tests.support.jpeg_markers import markers_of

SCRIPT = b"<script>document.title='run'</script>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=1">' + SCRIPT + b"</svg>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>"
PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HH", 0x8664, 1) + bytes(200)
PAYLOADS = {"pdf": PDF, "zip": zip_archive(), "html": HTML, "pe": PE, "svg": SVG, "elf": b"\x7fELF" + bytes(60)}
BROKEN = frozenset({Refusal.TRUNCATED, Refusal.DAMAGED, Refusal.DECODE_FAILED, Refusal.NOT_AN_IMAGE})
FOREIGN = frozenset({Refusal.NOT_AN_IMAGE, Refusal.UNSUPPORTED_FORMAT})
TOO_LARGE = frozenset({Refusal.TOO_MANY_PIXELS})


class HostileFile(NamedTuple):
    """`refusals` are those that may be given; `may_prepare` whether it may come out as a photograph instead."""

    name: str
    content: bytes
    refusals: frozenset[Refusal]
    may_prepare: bool = False


def corpus() -> list[HostileFile]:
    """The whole of it; a name begins with its kind."""
    makers = (_truncated, _bombs, _polyglots, _lengths, _profiles, _metadata, _animated, _unusual, _foreign, _dicom)
    return [each for make in makers for each in make()]


def _truncated() -> Iterator[HostileFile]:
    """Cut before, within and behind every marker of a baseline and of a progressive JPEG, and in steps elsewhere."""
    for kind, data in (("baseline", _thumbnailed_jpeg()), ("progressive", _progressive_jpeg())):
        for number, at in enumerate(markers_of(data)):
            for where, end in (("before", at), ("within", at + 1), ("behind", at + 2), ("in its length", at + 3)):
                if 0 < end < len(data):
                    yield HostileFile(f"cut {kind} {where} marker {number}", data[:end], BROKEN)
    for photo_format in (PhotoFormat.PNG, PhotoFormat.WEBP, PhotoFormat.HEIF):
        data = small_photo(photo_format)
        for tenths in range(1, 10):
            yield HostileFile(f"cut {photo_format} at {tenths}/10", data[: len(data) * tenths // 10], BROKEN | FOREIGN)
    yield HostileFile("cut to nothing", b"", frozenset({Refusal.EMPTY}))


def _bombs() -> Iterator[HostileFile]:
    """Small files that claim, or hold, far more than they weigh."""
    for name, make in HOSTILE_SIZES.items():
        for width_px, height_px in ((65_500, 10), (10, 65_500), (16_000, 16_000), (0, 0), (0, 5)):
            if name == "webp" and not (0 < width_px <= 16_384 and 0 < height_px <= 16_384):
                continue
            is_large = min(width_px, height_px) > 0
            refusals = TOO_LARGE if is_large else BROKEN
            yield HostileFile(f"bomb {name} of {width_px} x {height_px}", make(width_px, height_px), refusals)
    yield HostileFile("bomb png of 2^31 pixels a side", png_of_size(2**31 - 1, 2**31 - 1), TOO_LARGE | BROKEN)
    yield HostileFile("bomb jpeg of 65,500 x 65,500", jpeg_of_size(65_500, 65_500), TOO_LARGE)
    yield HostileFile("bomb heif of 2^32 pixels a side", heif_of_size(2**32 - 1, 2**32 - 1), TOO_LARGE | BROKEN)
    yield HostileFile("bomb webp of 16,384 x 16,384", webp_of_size(16_384, 16_384), TOO_LARGE)
    yield from _largest()
    yield HostileFile("bomb png of a text", png_with_text_bomb(), BROKEN, may_prepare=True)
    yield HostileFile("bomb png of a profile", _png_with_profile_bomb(), BROKEN, may_prepare=True)
    yield HostileFile("bomb png with an endless tail", _flat_png(64, 64, extra_rows=400_000), BROKEN, may_prepare=True)
    yield HostileFile("bomb jpeg of empty scans", _jpeg_of_many_scans(), BROKEN, may_prepare=True)
    yield HostileFile("bomb tiff", _tiff_of_size(60_000, 60_000), FOREIGN)
    yield HostileFile("bomb gif", b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + b"\x3b", FOREIGN)


def _largest() -> Iterator[HostileFile]:
    """Flat pictures of 59 megapixels, which the bounds let through: small on the wire, all work and memory inside."""
    side_px = 7_700
    yield HostileFile("bomb png within the bounds", _flat_png(side_px, side_px), frozenset(), may_prepare=True)
    for mode, photo_format, options in (
        ("RGBA", PhotoFormat.PNG, {"compress_level": 1}),
        ("1", PhotoFormat.PNG, {}),
        ("L", PhotoFormat.JPEG, {}),
        ("CMYK", PhotoFormat.JPEG, {}),
        ("RGB", PhotoFormat.JPEG, {"progressive": True, "subsampling": 0}),
        ("RGBA", PhotoFormat.WEBP, {"method": 0, "quality": 1}),
    ):
        content = encode(Image.new(mode, (side_px, side_px)), photo_format, **options)
        yield HostileFile(f"bomb {photo_format} of {mode} within the bounds", content, frozenset(), may_prepare=True)


def _polyglots() -> Iterator[HostileFile]:
    """A photograph that is something else as well: behind it, before it, and inside of it."""
    jpeg = small_photo(PhotoFormat.JPEG)
    for name, payload in PAYLOADS.items():
        for photo_format in PhotoFormat:
            if photo_format.value in ("image/jpeg", "image/png", "image/webp", "image/heif"):
                yield HostileFile(
                    f"polyglot {photo_format}, then {name}", small_photo(photo_format) + payload, BROKEN, True
                )
        yield HostileFile(f"polyglot {name}, then jpeg", payload + jpeg, FOREIGN)
        yield HostileFile(f"polyglot {name} in a comment", _in_segment(jpeg, 0xFE, payload), BROKEN, may_prepare=True)
        yield HostileFile(f"polyglot {name} in APP1", _in_segment(jpeg, 0xE1, payload), BROKEN, may_prepare=True)
        chunk = png_of_chunks((b"tEXt", b"Comment\0" + payload))[8:]
        png = small_photo(PhotoFormat.PNG)
        yield HostileFile(f"polyglot {name} in png text", png[:33] + chunk + png[33:], BROKEN, may_prepare=True)
    yield HostileFile("polyglot jpeg behind jpeg", jpeg + small_photo(PhotoFormat.JPEG), BROKEN, may_prepare=True)


def _dicom() -> Iterator[HostileFile]:
    """Part 10 files whose preamble is another file's beginning (CVE-2019-11687): no photographs by themselves."""
    for name, payload in {**PAYLOADS, "jpeg": small_photo(PhotoFormat.JPEG)}.items():
        preamble = payload[:128].ljust(128, b"\0")
        yield HostileFile(
            f"dicom with {name} as its preamble", preamble + b"DICM" + bytes(64) + payload, FOREIGN | BROKEN
        )
    yield HostileFile("dicom of zeros", bytes(128) + b"DICM" + bytes(400), FOREIGN | BROKEN)
    yield HostileFile(
        "dicom behind a jpeg", small_photo(PhotoFormat.JPEG) + bytes(128) + b"DICM", BROKEN, may_prepare=True
    )


def _lengths() -> Iterator[HostileFile]:
    """Every JPEG segment's length and several PNG, HEIF and WebP lengths made to lie."""
    data = _thumbnailed_jpeg()
    for number, at in enumerate(markers_of(data)):
        if data[at + 1] in (0xD8, 0xD9) or at + 4 > len(data):
            continue
        for length in (0, 1, 2, 65_535):
            yield HostileFile(
                f"length {length} of segment {number}", _overwritten(data, at + 2, length, 2), BROKEN, True
            )
    for name, photo_format, at in (("png", PhotoFormat.PNG, 8), ("png", PhotoFormat.PNG, 33)):
        for length in (0, 2**31 - 1, 2**32 - 1):
            lying = _overwritten(small_photo(photo_format), at, length, 4)
            yield HostileFile(f"length {length} of {name} chunk at {at}", lying, BROKEN, may_prepare=True)
    for length in (0, 1, 7, 2**32 - 1):
        heif = _overwritten(small_photo(PhotoFormat.HEIF), small_photo(PhotoFormat.HEIF).index(b"meta") - 4, length, 4)
        # A length of 0 means to the end of the file, which is where the box ends for a lenient reader.
        yield HostileFile(f"length {length} of heif meta", heif, BROKEN | FOREIGN, may_prepare=length == 0)
        webp = bytearray(small_photo(PhotoFormat.WEBP))
        webp[4:8] = struct.pack("<I", length)
        yield HostileFile(f"length {length} of webp", bytes(webp), BROKEN | FOREIGN, may_prepare=True)


def _profiles() -> Iterator[HostileFile]:
    """Colour profiles of every wrong kind: a photograph is worth having without them."""
    srgb = _profile("sRGB")
    lab = _profile("LAB")
    wrong = {
        "of noise": np.random.default_rng(1).bytes(3000),
        "of zeros": bytes(3000),
        "cut off": srgb[:200],
        "that claims 4 GB": b"\xff\xff\xff\xff" + srgb[4:],
        "with 2^32 tags": srgb[:128] + b"\xff\xff\xff\xff" + srgb[132:],
        "of another space": lab,
        "of 900 kB": srgb + bytes(900_000),
        "with tags beyond its end": srgb[:136] + b"\xff\xff\xff\x00" + srgb[140:],
    }
    for name, profile in wrong.items():
        for photo_format in (PhotoFormat.JPEG, PhotoFormat.PNG, PhotoFormat.WEBP):
            content = encode(textured(), photo_format, icc_profile=profile)
            yield HostileFile(f"profile {name} in {photo_format}", content, BROKEN, may_prepare=True)


def _metadata() -> Iterator[HostileFile]:
    """EXIF that loops, lies and overflows."""
    proper = exif(orientation=6, make="M", taken="2026:01:01 00:00:00", latitude=(1, 2, 3))
    wrong = {
        "of noise": b"Exif\0\0" + np.random.default_rng(2).bytes(2000),
        "cut off": proper[:20],
        "whose directory is itself": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0",
        "with 65,535 entries": b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(60_000),
        "with an offset beyond its end": b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(100),
        "with orientation 65,535": exif(orientation=65_535),
        "with a make of 60 kB": exif(make="M" * 60_000),
        "with a value of 4 GB": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x0f\x01\x02\0\xff\xff\xff\xff\x08\0\0\0\0\0\0\0",
        "with a time of letters": exif(taken="<script>alert(1)</script>"),
    }
    for name, block in wrong.items():
        for photo_format in (PhotoFormat.JPEG, PhotoFormat.PNG, PhotoFormat.WEBP):
            content = encode(textured(), photo_format, exif=block)
            yield HostileFile(f"exif {name} in {photo_format}", content, BROKEN, may_prepare=True)
    xmp = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>' + b"&b;" * 1000 + b"</x>"
    laughing = _in_segment(small_photo(PhotoFormat.JPEG), 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)
    yield HostileFile("xmp of a billion laughs", laughing, frozenset(), may_prepare=True)


def _animated() -> Iterator[HostileFile]:
    moving = frozenset({Refusal.ANIMATED}) | FOREIGN
    for photo_format in (PhotoFormat.PNG, PhotoFormat.WEBP):
        yield HostileFile(f"animated {photo_format}", animation(photo_format), moving)
    file = io.BytesIO()
    textured().save(file, "GIF", save_all=True, append_images=[textured()] * 3)
    yield HostileFile("animated gif", file.getvalue(), moving)
    for brand in (b"msf1", b"hevc", b"avis", b"isom", b"qt  ", b"M4V "):
        heif = small_photo(PhotoFormat.HEIF)
        yield HostileFile(f"animated {brand.decode()}", heif[:8] + brand + heif[12:], moving | BROKEN)


def _unusual() -> Iterator[HostileFile]:
    """Honest but rare: each becomes a proper photograph or is refused."""
    grey16 = np.linspace(0, 65_535, 96 * 64).reshape(64, 96).astype(np.uint16)
    pictures = {
        "16-bit png": (Image.fromarray(grey16), PhotoFormat.PNG),
        "1-bit png": (textured().convert("1"), PhotoFormat.PNG),
        "palette png": (textured().convert("P"), PhotoFormat.PNG),
        "grey and alpha png": (textured().convert("LA"), PhotoFormat.PNG),
        "transparent png": (textured().convert("RGBA"), PhotoFormat.PNG),
        "cmyk jpeg": (textured().convert("CMYK"), PhotoFormat.JPEG),
        "grey jpeg": (textured().convert("L"), PhotoFormat.JPEG),
        "one pixel": (textured(1, 1), PhotoFormat.JPEG),
        "one line": (textured(5_000, 1), PhotoFormat.PNG),
        "one column": (textured(1, 5_000), PhotoFormat.WEBP),
        "19,999 px wide": (textured(19_999, 8), PhotoFormat.JPEG),
    }
    for name, (picture, photo_format) in pictures.items():
        yield HostileFile(f"unusual {name}", encode(picture, photo_format), frozenset(), may_prepare=True)
    wide = encode(textured(65_500, 4), PhotoFormat.JPEG)
    yield HostileFile("unusual 65,500 px wide jpeg", wide, TOO_LARGE)
    bits12 = bytearray(small_photo(PhotoFormat.JPEG))
    bits12[bits12.index(b"\xff\xc0") + 4] = 12
    yield HostileFile("unusual 12-bit jpeg", bytes(bits12), frozenset({Refusal.UNSUPPORTED_FORMAT}))
    for marker in (0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF):
        frame = small_photo(PhotoFormat.JPEG).replace(b"\xff\xc0", bytes([0xFF, marker]), 1)
        yield HostileFile(f"unusual frame {marker:02X}", frame, BROKEN | FOREIGN)


def _foreign() -> Iterator[HostileFile]:
    """What is no photograph at all, whatever its name says."""
    for name, payload in PAYLOADS.items():
        yield HostileFile(f"foreign {name}", payload, FOREIGN)
    others = {
        "svg with a byte-order mark": b"\xef\xbb\xbf\n" + SVG,
        "svg in xml": b"<?xml version='1.0'?>" + SVG,
        "svg that names a file": b'<svg><image href="file:///etc/passwd"/></svg>',
        "tiff": _tiff_of_size(8, 8),
        "postscript": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file",
        "imagemagick script": b"push graphic-context\nimage over 0,0 0,0 'https://127.0.0.1/'\npop graphic-context",
        "zeros": bytes(100_000),
        "noise": np.random.default_rng(4).bytes(100_000),
        "a jpeg's first bytes alone": b"\xff\xd8\xff",
        "a png's signature alone": b"\x89PNG\r\n\x1a\n",
        "a riff without webp": b"RIFF\x10\0\0\0WAVEfmt ",
    }
    for name, content in others.items():
        yield HostileFile(f"foreign {name}", content, FOREIGN | BROKEN)


def _profile(space: Literal["sRGB", "LAB"]) -> bytes:
    made = cast("Any", ImageCms.createProfile(space))
    return ImageCms.ImageCmsProfile(made).tobytes()


def _thumbnailed_jpeg() -> bytes:
    """With EXIF, a profile, a comment and restart markers: something of everything to cut at."""
    srgb = _profile("sRGB")
    block = exif(orientation=1, make="Maker", taken="2026:01:01 00:00:00")
    return encode(
        textured(), PhotoFormat.JPEG, exif=block, icc_profile=srgb, comment=b"c", restart_marker_blocks=8, quality=80
    )


def _progressive_jpeg() -> bytes:
    return encode(textured(), PhotoFormat.JPEG, progressive=True, quality=80)


def _in_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    """The payload in a segment of its own behind the start of the image."""
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload + jpeg[2:]


def _overwritten(data: bytes, at: int, value: int, size: int) -> bytes:
    return data[:at] + value.to_bytes(size) + data[at + size :]


def _flat_png(width_px: int, height_px: int, *, extra_rows: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width_px)
    rows = b"".join(packer.compress(row) for _ in range(height_px + extra_rows)) + packer.flush()
    return png_of_chunks((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))


def _png_with_profile_bomb() -> bytes:
    photo = small_photo(PhotoFormat.PNG)
    content = b"icc\0\0" + zlib.compress(bytes(256 * 1024 * 1024), 9)
    return photo[:33] + png_of_chunks((b"iCCP", content))[8:] + photo[33:]


def _jpeg_of_many_scans() -> bytes:
    """A progressive file whose last scan is repeated thousands of times (LJT-01-005 in libjpeg-turbo)."""
    data = _progressive_jpeg()
    last = data.rindex(b"\xff\xda")
    scan = data[last:-2]
    return data[:last] + scan * 3_000 + b"\xff\xd9"


def _tiff_of_size(width_px: int, height_px: int) -> bytes:
    tags = ((256, width_px), (257, height_px), (258, 8), (262, 1), (273, 8), (277, 1), (278, height_px), (279, 1))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)

"""What a JPEG's segments say about its frame, and whether it is bare enough to go into a DICOM object as it is."""

from msgspec import Struct

_START_OF_SCAN, _APP0, _APP14 = 0xDA, 0xE0, 0xEE
_BASELINE = 0xC0
# Quantisation, Huffman tables, restart interval, JFIF, Adobe's colour transform: nothing that tells of a person.
_BARE = frozenset({0xDB, 0xC4, 0xDD, _APP0, _APP14, _BASELINE, _START_OF_SCAN})
_ADOBE_TRANSFORM_AT = 11


class NotEncapsulable(ValueError):
    """The JPEG is not one that may go unchanged into a DICOM object; the message names the segment."""


class JpegFrame(Struct, frozen=True):
    """`photometric_interpretation` is PS3.3's word (C.7.6.3.1.2) for how the components are to be read."""

    width_px: int
    height_px: int
    components: int
    photometric_interpretation: str


def read_frame(data: bytes) -> JpegFrame:
    """The one frame of a bare baseline JPEG (ITU-T T.81, annex B; transfer syntax 1.2.840.10008.1.2.4.50)."""
    if not data.startswith(b"\xff\xd8") or data.rstrip(b"\0")[-2:] != b"\xff\xd9":
        raise NotEncapsulable("not a whole JPEG")
    frame: bytes | None = None
    is_rgb = False
    at = 2
    while at + 4 <= len(data):
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        body = data[at + 4 : at + 2 + length]
        if data[at] != 0xFF or marker not in _BARE or length < 2:
            raise NotEncapsulable(f"segment FF{marker:02X} at byte {at}")
        if marker == _BASELINE:
            frame = body
        if marker == _APP14 and body.startswith(b"Adobe") and len(body) > _ADOBE_TRANSFORM_AT:
            is_rgb = body[_ADOBE_TRANSFORM_AT] == 0
        if marker == _START_OF_SCAN:
            break
        at += 2 + length
    return _describe(frame, is_rgb=is_rgb)


def _describe(frame: bytes | None, *, is_rgb: bool) -> JpegFrame:
    if frame is None or len(frame) < 6 or len(frame) != 6 + 3 * frame[5]:
        raise NotEncapsulable("no baseline frame")
    components = frame[5]
    if frame[0] != 8 or components not in (1, 3):
        raise NotEncapsulable(f"{components} components of {frame[0]} bits")
    interpretation = "MONOCHROME2"
    if components == 3:
        is_subsampled = len({frame[7 + 3 * index] for index in range(3)}) > 1
        interpretation = "RGB" if is_rgb else "YBR_FULL_422" if is_subsampled else "YBR_FULL"
    return JpegFrame(int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3]), components, interpretation)

"""The frame size and the end of a JPEG stream, read from its markers (ITU-T T.81, annex B)."""

import re

from imaging.refusals import PhotoRefused, Refusal

_TRUNCATED = "The photo is not complete: its end is missing."
_NO_PARAMETERS = frozenset({0x01, *range(0xD0, 0xD8)})
# Baseline, extended and progressive Huffman frames: cameras write nothing else.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_OTHER_FRAMES = frozenset(range(0xC0, 0xD0)) - _FRAMES - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
# Inside entropy-coded data FF00 is a stuffed byte and FFD0 to FFD7 are restarts: anything else ends the scan.
_MARKER_AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def read_jpeg_header(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels as stored, and the offset behind the end marker.

    Walks every segment and scan, so an embedded thumbnail's markers do not count.
    Refuses what lacks its end marker, has no frame, two frames or an unusual frame.
    """
    size: tuple[int, int] | None = None
    at = 2
    while True:
        marker, at = _next_marker(data, at)
        if marker == _END_OF_IMAGE:
            break
        if marker in _NO_PARAMETERS:
            continue
        start, at = at, at + _segment_bytes(data, at)
        if marker in _FRAMES and size is None:
            size = _frame_size(data, start, at)
        elif marker in _FRAMES or marker in _OTHER_FRAMES:
            raise PhotoRefused(
                Refusal.UNSUPPORTED_FORMAT,
                "This kind of JPEG is not supported.",
                f"frame marker FF{marker:02X}",
            )
        elif marker == _START_OF_SCAN:
            at = _end_of_scan(data, at)
    if size is None:
        raise PhotoRefused(Refusal.NOT_AN_IMAGE, "The file holds no picture.", "JPEG without a frame")
    return (*size, at)


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    if at < len(data) and data[at] != 0xFF:
        raise PhotoRefused(Refusal.DAMAGED, "The photo is damaged.", f"no JPEG marker at byte {at}")
    while at < len(data) and data[at] == 0xFF:  # any number of fill bytes may precede a marker
        at += 1
    if at >= len(data):
        raise PhotoRefused(Refusal.TRUNCATED, _TRUNCATED, "JPEG without an end marker")
    return data[at], at + 1


def _segment_bytes(data: bytes, at: int) -> int:
    length = int.from_bytes(data[at : at + 2])
    if at + 2 > len(data) or at + length > len(data):
        raise PhotoRefused(
            Refusal.TRUNCATED,
            _TRUNCATED,
            f"JPEG segment at byte {at} runs past the end",
        )
    if length < 2:
        raise PhotoRefused(Refusal.DAMAGED, "The photo is damaged.", f"JPEG segment of length {length}")
    return length


def _frame_size(data: bytes, start: int, end: int) -> tuple[int, int]:
    if end - start < 8:
        raise PhotoRefused(Refusal.DAMAGED, "The photo is damaged.", "JPEG frame header too short")
    if data[start + 2] != 8:
        raise PhotoRefused(
            Refusal.UNSUPPORTED_FORMAT,
            "This kind of JPEG is not supported.",
            f"{data[start + 2]} bits a sample",
        )
    height_px = int.from_bytes(data[start + 3 : start + 5])
    return int.from_bytes(data[start + 5 : start + 7]), height_px


def _end_of_scan(data: bytes, at: int) -> int:
    found = _MARKER_AFTER_SCAN.search(data, at)
    if found is None:
        raise PhotoRefused(Refusal.TRUNCATED, _TRUNCATED, "JPEG scan without an end")
    return found.start()

"""The canvas size and the end of a WebP file, read from its first chunk (RFC 9649)."""

from imaging.refusals import PhotoRefused, Refusal

_ANIMATION = 0x02


def read_webp_header(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels, and the offset behind the RIFF container. Refuses animations."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if len(data) < 30 or end > len(data):
        raise PhotoRefused(
            Refusal.TRUNCATED,
            "The photo is not complete: its end is missing.",
            f"RIFF says {end} bytes, there are {len(data)}",
        )
    match data[12:16]:
        case b"VP8X":
            if data[20] & _ANIMATION:
                raise PhotoRefused(
                    Refusal.ANIMATED,
                    "Moving pictures are not supported: send a photo.",
                    "WebP",
                )
            return 1 + _u24(data, 24), 1 + _u24(data, 27), end
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), end
        case b"VP8 ":
            return _u16(data, 26) & 0x3FFF, _u16(data, 28) & 0x3FFF, end
        case _:
            raise PhotoRefused(Refusal.DAMAGED, "The photo is damaged.", "WebP without an image chunk")


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _u24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")

"""The frame size and the end of a PNG stream, read from its chunks (PNG third edition, clause 5)."""

from imaging.refusals import PhotoRefused, Refusal

_SIGNATURE_BYTES = 8
_CHUNK_OVERHEAD_BYTES = 12  # length, type and CRC


def read_png_header(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels, and the offset behind the IEND chunk.

    Refuses animations (APNG's acTL chunk) and a stream whose chunks do not reach IEND.
    """
    if data[12:16] != b"IHDR":
        code = Refusal.TRUNCATED if len(data) < 16 else Refusal.DAMAGED
        raise PhotoRefused(code, "The photo is not complete.", "PNG does not start with IHDR")
    at = _SIGNATURE_BYTES
    while True:
        end = at + _CHUNK_OVERHEAD_BYTES + int.from_bytes(data[at : at + 4])
        if at + _CHUNK_OVERHEAD_BYTES > len(data) or end > len(data):
            raise PhotoRefused(
                Refusal.TRUNCATED,
                "The photo is not complete: its end is missing.",
                f"PNG chunk at byte {at} runs past the end",
            )
        kind = data[at + 4 : at + 8]
        if kind == b"acTL":
            raise PhotoRefused(
                Refusal.ANIMATED,
                "Moving pictures are not supported: send a photo.",
                "APNG",
            )
        if kind == b"IEND":
            return int.from_bytes(data[16:20]), int.from_bytes(data[20:24]), end
        at = end

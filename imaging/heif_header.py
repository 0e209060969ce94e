"""The largest picture that a HEIF file declares and where the file ends (ISO/IEC 23008-12, 14496-12)."""

from collections.abc import Iterator

from imaging.refusals import PhotoRefused, Refusal

_SEQUENCE_BRANDS = frozenset({b"msf1", b"hevc", b"hevx", b"hevm", b"hevs"})
# What may stand at the top level. Anything else there is not HEIF but something appended to it.
_TOP_LEVEL = frozenset(
    {
        b"ftyp",
        b"meta",
        b"mdat",
        b"moov",
        b"free",
        b"skip",
        b"wide",
        b"uuid",
        b"idat",
        b"styp",
        b"sidx",
        b"moof",
    }
)


def read_heif_header(data: bytes) -> tuple[int, int, int]:
    """Width and height of the largest declared picture, and the offset behind the last box.

    A HEIF holds several pictures (tiles, thumbnail, depth): the largest `ispe` bounds what a
    decoder allocates.
    Refuses image sequences, files whose boxes run past the end, and files that declare no size.
    """
    if data[8:12] in _SEQUENCE_BRANDS:
        raise PhotoRefused(
            Refusal.ANIMATED,
            "Moving pictures are not supported: send a photo.",
            "HEIF sequence",
        )
    sizes: list[tuple[int, int]] = []
    end = 0
    for kind, start, stop in _boxes(data, 0, len(data)):
        if kind not in _TOP_LEVEL:
            break
        if stop > len(data):
            raise PhotoRefused(
                Refusal.TRUNCATED,
                "The photo is not complete: its end is missing.",
                f"HEIF box {kind.decode('latin-1')} runs past the end",
            )
        end = stop
        if kind == b"meta":
            sizes += _declared_sizes(data, start + 4, stop)
    if not sizes:
        raise PhotoRefused(Refusal.DAMAGED, "The photo is damaged.", "HEIF declares no picture size")
    width_px, height_px = max(sizes, key=lambda size: size[0] * size[1])
    return width_px, height_px, end


def _declared_sizes(data: bytes, start: int, stop: int) -> list[tuple[int, int]]:
    """Every `ispe` below meta → iprp → ipco."""
    return [
        (int.from_bytes(data[at + 4 : at + 8]), int.from_bytes(data[at + 8 : at + 12]))
        for iprp_kind, iprp_start, iprp_stop in _boxes(data, start, stop)
        if iprp_kind == b"iprp"
        for ipco_kind, ipco_start, ipco_stop in _boxes(data, iprp_start, min(iprp_stop, stop))
        if ipco_kind == b"ipco"
        for kind, at, end in _boxes(data, ipco_start, min(ipco_stop, stop))
        if kind == b"ispe" and end - at >= 12
    ]


def _boxes(data: bytes, at: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Each box's type, the offset of its content and its end, which may lie past `stop`."""
    while at + 8 <= stop:
        size, kind, header = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16]), 16
        end = stop if size == 0 else at + size
        if end < at + header:
            raise PhotoRefused(
                Refusal.DAMAGED,
                "The photo is damaged.",
                "HEIF box shorter than its header",
            )
        yield kind, at + header, end
        at = end

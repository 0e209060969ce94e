"""Walks the elements of a stranger's DICOM data set within its bounds (PS3.5, clause 7), strictly and without guesses.

Strict where libraries are lenient: a length that leaves its container, an element out of order, nesting or numbers
without end are refused before anything is decoded. Only the two little-endian encodings are read.
"""

from collections.abc import Iterator

from msgspec import Struct

from imaging.refusals import PhotoRefused, Refusal

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
_LONG_VRS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_SHORT_VRS = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS"}
    | {b"ST", b"TM", b"UI", b"UL", b"US"}
)
_ELEMENTS_MAX, _DEPTH_MAX = 20_000, 8
_HEAD_BYTES = 8


class Element(Struct, frozen=True):
    """Where one value lies: `start` to `end`; `next_at` is behind its delimiter, where it has one."""

    tag: int
    vr: bytes
    start: int
    end: int
    next_at: int
    has_undefined_length: bool


class Walk:
    """One reading of `data`; counts what it has seen, so that it ends."""

    def __init__(self, data: bytes, *, is_explicit: bool) -> None:
        self._data = data
        self._is_explicit = is_explicit
        self._seen = 0

    def elements(self, at: int, end: int) -> Iterator[Element]:
        """The elements between two offsets, ascending by tag, the pixel data last; `PhotoRefused` if they are not."""
        before = -1
        while at < end:
            element = self._element(at, end, 0, is_explicit=self._is_explicit)
            if element.tag <= before:
                raise damaged(f"element {element.tag:08X} out of order")
            yield element
            if element.tag == PIXEL_DATA:
                return
            before, at = element.tag, element.next_at

    def items(self, sequence: Element) -> Iterator[tuple[int, int]]:
        """Where the items of a sequence lie."""
        at, end = sequence.start, sequence.end
        while at < end:
            start, stop, at = self._item(at, end, 1, is_explicit=self._is_explicit)
            yield start, stop

    def fragments(self, pixels: Element) -> Iterator[bytes]:
        """The fragments of encapsulated pixels, the offset table first (PS3.5, A.4)."""
        at = pixels.start
        while at < pixels.end:
            tag, length = self._item_head(at, pixels.end)
            if tag != ITEM or length == UNDEFINED:
                raise damaged("pixel data of something else than fragments")
            yield self._data[at + _HEAD_BYTES : at + _HEAD_BYTES + length]
            at += _HEAD_BYTES + length

    def _element(self, at: int, end: int, depth: int, *, is_explicit: bool) -> Element:
        self._seen += 1
        if self._seen > _ELEMENTS_MAX or depth > _DEPTH_MAX:
            raise damaged("elements without end")
        _require(at + _HEAD_BYTES <= end)
        tag = self._tag(at)
        vr, start, length = self._head(at, end) if is_explicit else (b"UN", at + 8, self._number(at + 4, 4))
        if length == UNDEFINED:
            # Undefined length in an UN is a sequence whose inside is implicit (PS3.5, 6.2.2).
            inside_explicit = is_explicit and vr != b"UN"
            stop = self._end_of_items(start, end, depth + 1, tag == PIXEL_DATA, is_explicit=inside_explicit)
            return Element(tag, vr, start, stop, stop + _HEAD_BYTES, True)
        _require(start + length <= end)
        return Element(tag, vr, start, start + length, start + length, False)

    def _head(self, at: int, end: int) -> tuple[bytes, int, int]:
        vr = self._data[at + 4 : at + 6]
        if vr in _SHORT_VRS:
            return vr, at + 8, self._number(at + 6, 2)
        if vr not in _LONG_VRS:
            raise damaged(f"element {self._tag(at):08X} of no known kind")
        _require(at + 12 <= end)
        return vr, at + 12, self._number(at + 8, 4)

    def _end_of_items(self, at: int, end: int, depth: int, are_fragments: bool, *, is_explicit: bool) -> int:
        """The offset of the sequence's delimiter."""
        while True:
            tag, length = self._item_head(at, end)
            if tag == SEQUENCE_END:
                return at
            if are_fragments:
                _require(length != UNDEFINED and at + _HEAD_BYTES + length <= end)
                at += _HEAD_BYTES + length
            else:
                _, _, at = self._item(at, end, depth, is_explicit=is_explicit)

    def _item(self, at: int, end: int, depth: int, *, is_explicit: bool) -> tuple[int, int, int]:
        """Start and end of an item's content, and what follows it."""
        tag, length = self._item_head(at, end)
        start = at + _HEAD_BYTES
        if tag != ITEM:
            raise damaged(f"{tag:08X} where an item was expected")
        if length != UNDEFINED:
            _require(start + length <= end)
            return start, start + length, start + length
        at = start
        while True:
            _require(at + _HEAD_BYTES <= end)
            if self._tag(at) == ITEM_END:
                return start, at, at + _HEAD_BYTES
            at = self._element(at, end, depth + 1, is_explicit=is_explicit).next_at

    def _item_head(self, at: int, end: int) -> tuple[int, int]:
        self._seen += 1
        _require(at + _HEAD_BYTES <= end)
        if self._seen > _ELEMENTS_MAX:
            raise damaged("items without end")
        return self._tag(at), self._number(at + 4, 4)

    def _tag(self, at: int) -> int:
        return self._number(at, 2) << 16 | self._number(at + 2, 2)

    def _number(self, at: int, size_bytes: int) -> int:
        return int.from_bytes(self._data[at : at + size_bytes], "little")


def damaged(detail: str) -> PhotoRefused:
    return PhotoRefused(Refusal.DAMAGED, "The DICOM file is damaged.", detail)


def _require(is_within: bool) -> None:
    if not is_within:
        raise PhotoRefused(Refusal.TRUNCATED, "The DICOM file is not complete.", "a length runs past the end")

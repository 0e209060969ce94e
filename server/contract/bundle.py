"""A bundle of sealed cases on a USB stick: what it is, item by item, then the sealed bytes one after the other.

    bundle  = magic (8, "CFBUNDL1") length of the list (u32, big-endian) list (JSON of `Bundle`) sealed bytes

The list names ids, digests and sizes alone; each item's bytes are as `sealed_parts` says, in the list's order. Who
made the bundle is not in it: whoever brings it in answers for it, and what is sealed was sealed to this server.
"""

import struct
from datetime import datetime
from typing import Annotated, BinaryIO, Literal
from uuid import UUID

import msgspec

from server.contract.sealing import Malformed
from server.contract.wire import Sha256, ShortText, Wire

MAGIC = b"CFBUNDL1"
ItemKind = Literal["registration", "contract", "photograph"]
MAX_LIST_BYTES = 64 * 1024 * 1024
_HEAD = struct.Struct(f">{len(MAGIC)}sI")


class BundleItem(Wire, frozen=True, kw_only=True):
    part_id: UUID
    kind: ItemKind
    sha256: Sha256
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=2**40)]
    plain_sha256: Sha256
    media_type: ShortText


class BundleCase(Wire, frozen=True, kw_only=True):
    case_id: UUID
    patient_id: UUID
    items: tuple[BundleItem, ...]


class Bundle(Wire, tag_field="schema", tag="careferry.bundle/1", frozen=True, kw_only=True):
    """`made_at` is by the kiosk's clock, and decides nothing."""

    made_at: datetime
    cases: tuple[BundleCase, ...]


def encode_head(bundle: Bundle) -> bytes:
    """What comes before the sealed bytes."""
    listed = msgspec.json.encode(bundle)
    return _HEAD.pack(MAGIC, len(listed)) + listed


def read_head(file: BinaryIO) -> Bundle:
    """The list, the file standing at the first sealed byte; Malformed for anything that is no bundle."""
    head = file.read(_HEAD.size)
    if len(head) != _HEAD.size or head[: len(MAGIC)] != MAGIC:
        raise Malformed("does not begin as a bundle does")
    _, length = _HEAD.unpack(head)
    listed = file.read(length) if length <= MAX_LIST_BYTES else b""
    try:
        return msgspec.json.decode(listed, type=Bundle)
    except msgspec.MsgspecError as error:
        raise Malformed(f"its list cannot be read: {error}") from error

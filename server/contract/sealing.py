"""The byte layout of everything sealed: a header, chunks, and the bytes that bind each chunk to its place.

    sealed  = header chunk+
    header  = magic (4, "CFV1") data-key version (u16) salt (16)
    chunk   = ciphertext (64 KiB, the last 0 to 64 KiB) tag (16)

Integers are big-endian. Each chunk is AES-256-GCM (NIST SP 800-38D) under the object key, which is HKDF-SHA256
(RFC 5869) of the data key of that version with the header's salt and `OBJECT_KEY_INFO`; the nonce is the chunk's
number, counted from 0. Empty content is one empty chunk. `associated_data` is authenticated with each chunk, so
content that was moved, cut, reordered or taken from another vault does not open.

`vectors/sealing.json` holds inputs and results that every implementation must reproduce.
"""

import struct
from uuid import UUID

import msgspec

MAGIC = b"CFV1"
SALT_BYTES = 16
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
NONCE_BYTES = 12
KEY_BYTES = 32
OBJECT_KEY_INFO = b"careferry object key 1"

_HEADER = struct.Struct(f">4sH{SALT_BYTES}s")
_CHUNK_PLACE = struct.Struct(">Q?H")
_NAME_LENGTH = struct.Struct(">H")
HEADER_BYTES = _HEADER.size


class Malformed(ValueError):
    """These bytes cannot be something sealed."""


class Header(msgspec.Struct, frozen=True):
    """Which version of the vault's data key sealed it, and the salt of its object key."""

    key_version: int
    salt: bytes


def encode_header(header: Header) -> bytes:
    """The bytes that begin something sealed."""
    return _HEADER.pack(MAGIC, header.key_version, header.salt)


def decode_header(sealed: bytes | bytearray | memoryview) -> Header:
    """The header at the beginning of `sealed`; Malformed if there is none."""
    if len(sealed) < HEADER_BYTES:
        raise Malformed("shorter than a header")
    magic, key_version, salt = _HEADER.unpack_from(sealed)
    if magic != MAGIC:
        raise Malformed("does not begin as something sealed does")
    return Header(key_version, salt)


def associated_data(place: bytes, number: int, is_last: bool, key_version: int) -> bytes:
    """What is authenticated with a chunk: its place, number (u64), last-chunk flag (1 byte), key version (u16)."""
    return place + _CHUNK_PLACE.pack(number, is_last, key_version)


def place_of(organisation_id: UUID, vault_id: UUID, name: str) -> bytes:
    """What an object's chunks share: the ids of owner (16) and vault (16), name length (u16), name in UTF-8."""
    encoded = name.encode()
    return organisation_id.bytes + vault_id.bytes + _NAME_LENGTH.pack(len(encoded)) + encoded


def nonce(number: int) -> bytes:
    """The AES-GCM nonce of a chunk: its number in 96 bits; the object key is used for one object only."""
    return number.to_bytes(NONCE_BYTES, "big")


def chunk_count(plain_bytes: int) -> int:
    """How many chunks hold that many bytes; at least one."""
    return max(1, -(-plain_bytes // CHUNK_BYTES))


def sealed_size(plain_bytes: int) -> int:
    """How many bytes that many become."""
    return HEADER_BYTES + plain_bytes + chunk_count(plain_bytes) * TAG_BYTES


def plain_size(sealed_bytes: int) -> int:
    """How many bytes are inside; Malformed for a size nothing sealed can have."""
    body = sealed_bytes - HEADER_BYTES
    plain_bytes = body - max(1, -(-body // SEALED_CHUNK_BYTES)) * TAG_BYTES
    if plain_bytes < 0 or sealed_size(plain_bytes) != sealed_bytes:
        raise Malformed("no sealed content has this size")
    return plain_bytes


class ChunkRange(msgspec.Struct, frozen=True, kw_only=True):
    """The sealed chunks that hold a range of content."""

    first: int
    count: int
    sealed_start: int
    sealed_bytes: int
    """How many bytes to fetch at `sealed_start`: the chunks whole, unless the object ends among them."""
    skip: int
    """How many content bytes of the first chunk come before the range."""


def chunks_for(start: int, length: int) -> ChunkRange:
    """The chunks that hold `length` (at least 1) content bytes from `start`."""
    first = start // CHUNK_BYTES
    count = (start + length - 1) // CHUNK_BYTES - first + 1
    return ChunkRange(
        first=first,
        count=count,
        sealed_start=HEADER_BYTES + first * SEALED_CHUNK_BYTES,
        sealed_bytes=count * SEALED_CHUNK_BYTES,
        skip=start - first * CHUNK_BYTES,
    )

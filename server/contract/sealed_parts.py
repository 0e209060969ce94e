"""The byte layout of what a kiosk seals to the server, once, when a case is confirmed; only the server can open it.

    sealed  = header chunk+
    header  = magic (4, "CFS1") key tag (8) ephemeral public key (32) case id (16) part id (16)
    chunk   = ciphertext (64 KiB, the last 0 to 64 KiB) tag (16)

The recipient's key is X25519 (RFC 7748); the key tag is the beginning of the SHA-256 of its public half. Each chunk is
AES-256-GCM (NIST SP 800-38D) under HKDF-SHA256 (RFC 5869) of the shared secret, with ephemeral and recipient's public
key as the salt and `SEALED_PART_INFO`; the nonce is the chunk's number, counted from 0, in 96 bits. `chunk_data` is
authenticated with each chunk, so that content which was moved to another case, cut or reordered does not open. Empty
content is one empty chunk. A submission or a registration has its own id in both places.

The ephemeral private key is forgotten at once, so that not even who sealed it can open it again. Anyone can seal:
who sent it is known from the request that brings it. `vectors/sealed_parts.json` holds inputs and results that every
implementation must reproduce.
"""

import struct
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from server.contract.receipt import SigningKey, Verify
from server.contract.sealing import CHUNK_BYTES, SEALED_CHUNK_BYTES, TAG_BYTES, Malformed, chunk_count
from server.contract.wire import Wire

SEALED_PART_MAGIC = b"CFS1"
SEALED_PART_INFO = b"careferry sealed part 1"
SEALED_MEDIA_TYPE = "application/vnd.careferry.sealed"
"""The content type of a sealed submission, addition or registration."""
SEALING_KEYS_PATH = "/.well-known/careferry-sealing-keys.json"
SEALING_KEY_SCHEMA = "careferry.sealing-key/1"
KEY_TAG_BYTES = 8
PUBLIC_KEY_BYTES = 32

_HEADER = struct.Struct(f">4s{KEY_TAG_BYTES}s{PUBLIC_KEY_BYTES}s16s16s")
_CHUNK_PLACE = struct.Struct(">Q?")
SEALED_PART_HEADER_BYTES = _HEADER.size


class SealedPartHeader(msgspec.Struct, frozen=True, kw_only=True):
    """For whom it was sealed, and of which case it is which part."""

    key_tag: bytes
    ephemeral_key: bytes
    case_id: UUID
    part_id: UUID


def encode_part_header(header: SealedPartHeader) -> bytes:
    ids = (header.case_id.bytes, header.part_id.bytes)
    return _HEADER.pack(SEALED_PART_MAGIC, header.key_tag, header.ephemeral_key, *ids)


def decode_part_header(sealed: bytes | bytearray | memoryview) -> SealedPartHeader:
    """The header at the beginning of `sealed`; Malformed if there is none."""
    if len(sealed) < SEALED_PART_HEADER_BYTES:
        raise Malformed("shorter than a header")
    magic, key_tag, ephemeral_key, case_id, part_id = _HEADER.unpack_from(sealed)
    if magic != SEALED_PART_MAGIC:
        raise Malformed("does not begin as a sealed part does")
    ids = {"case_id": UUID(bytes=case_id), "part_id": UUID(bytes=part_id)}
    return SealedPartHeader(key_tag=key_tag, ephemeral_key=ephemeral_key, **ids)


def chunk_data(header: bytes, number: int, is_last: bool) -> bytes:
    """What is authenticated with a chunk: the whole header, its number (u64), last-chunk flag (1 byte)."""
    return header + _CHUNK_PLACE.pack(number, is_last)


def sealed_part_size(plain_bytes: int) -> int:
    """How many bytes that many become."""
    return SEALED_PART_HEADER_BYTES + plain_bytes + chunk_count(plain_bytes) * TAG_BYTES


def part_plain_size(sealed_bytes: int) -> int:
    """How many bytes are inside; Malformed for a size that no sealed part has."""
    body = sealed_bytes - SEALED_PART_HEADER_BYTES
    plain_bytes = body - max(1, -(-body // SEALED_CHUNK_BYTES)) * TAG_BYTES
    if plain_bytes < 0 or sealed_part_size(plain_bytes) != sealed_bytes:
        raise Malformed("no sealed part has this size")
    return plain_bytes


def chunks_of(content: bytes) -> list[memoryview]:
    """The content in the chunks that are sealed one by one; at least one, which may be empty."""
    view = memoryview(content)
    return [view[start : start + CHUNK_BYTES] for start in range(0, len(content), CHUNK_BYTES)] or [view]


class SealingKey(Wire, frozen=True, kw_only=True):
    """A public key to seal to (X25519, base64url without padding), vouched for by a key that signs receipts.

    `endorsement` is the Ed25519 signature of the receipt key `endorsed_by` over `sealing_key_bytes`: a kiosk seals to
    no other key than one that leads back to the receipt key it pins.
    """

    key_id: str
    public_key: str
    starts_at: datetime
    endorsed_by: str
    endorsement: str = ""


def sealing_key_bytes(key: SealingKey) -> bytes:
    """The bytes under the endorsement; they begin otherwise than those of a key that signs."""
    starts_at = msgspec.to_builtins(key.starts_at)
    return f"{SEALING_KEY_SCHEMA}|{key.key_id}|{key.public_key}|{starts_at}|{key.endorsed_by}".encode()


def believed_sealing_keys(
    offered: Iterable[SealingKey], receipt_keys: Mapping[str, SigningKey], verify: Verify
) -> list[SealingKey]:
    """Those that a believed receipt key vouches for, oldest first: the last is the one to seal to."""
    found = [key for key in offered if _is_endorsed(key, receipt_keys.get(key.endorsed_by), verify)]
    return sorted(found, key=lambda key: (key.starts_at, key.key_id))


def _is_endorsed(key: SealingKey, signer: SigningKey | None, verify: Verify) -> bool:
    return signer is not None and verify(signer.public_key, key.endorsement, sealing_key_bytes(key))

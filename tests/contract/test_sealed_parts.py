"""Parts sealed to the server: vectors that three implementations agree on, and what does not open."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.spool.seal import seal, seal_with
from server.contract import sealed_parts
from server.contract.receipt import SigningKey
from server.contract.sealed_parts import SEALED_PART_HEADER_BYTES, SealingKey, believed_sealing_keys
from server.contract.sealing import CHUNK_BYTES, SEALED_CHUNK_BYTES, Malformed
from server.core.keys import CannotUnseal, Opener, create_keys, load_keys, rotate_receipts, rotate_sealing
from server.core.keys.sealing import SealingKeys, tag_of
from server.core.keys.signing import decode_base64url
from tests.contract.reference_sealed_parts import seal_part
from tests.contract.reference_sealing import content_of
from tests.contract.signatures import verify

VECTORS = json.loads(files("server.contract").joinpath("vectors/sealed_parts.json").read_text())["vectors"]
PRIVATE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
KEYS = SealingKeys({tag_of(PUBLIC): PRIVATE}, ())


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vectors_hold_for_the_kiosk_the_server_and_the_description(vector: dict[str, Any]) -> None:
    ephemeral, public = bytes.fromhex(vector["ephemeralPrivate"]), bytes.fromhex(vector["recipientPublic"])
    place, content = (UUID(vector["caseId"]), UUID(vector["partId"])), content_of(vector["contentBytes"])
    sealed = seal_with(X25519PrivateKey.from_private_bytes(ephemeral), public, *place, content)
    assert sealed.content == seal_part(ephemeral, public, *place, content)
    assert (sealed.sha256, sealed.plain_sha256) == (vector["sealedSha256"], vector["plainSha256"])
    assert sealed.content.hex() == vector.get("sealed", sealed.content.hex())
    assert len(sealed.content) == vector["sealedBytes"] == sealed_parts.sealed_part_size(vector["contentBytes"])
    header, opened = KEYS.open(sealed.content)
    assert (header.case_id, header.part_id, opened) == (*place, content)


@given(st.integers(0, 3 * CHUNK_BYTES), st.integers(1, CHUNK_BYTES))
def test_it_opens_in_whatever_pieces_it_comes(plain_bytes: int, step: int) -> None:
    content = content_of(plain_bytes)
    sealed, opener = seal(PUBLIC, uuid4(), uuid4(), content).content, Opener(KEYS)
    starts = range(0, len(sealed), max(step, 999))
    opened = b"".join(opener.feed(sealed[start : start + starts.step]) for start in starts)
    assert opened + opener.finish() == content


@given(st.data())
def test_whatever_was_changed_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(seal(PUBLIC, uuid4(), uuid4(), b"what the patient said").content)
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotUnseal):
        KEYS.open(bytes(sealed))


def test_chunks_that_were_cut_off_or_exchanged_do_not_open() -> None:
    sealed = seal(PUBLIC, uuid4(), uuid4(), content_of(2 * CHUNK_BYTES + 5)).content
    head, body = sealed[:SEALED_PART_HEADER_BYTES], sealed[SEALED_PART_HEADER_BYTES:]
    first, second = body[:SEALED_CHUNK_BYTES], body[SEALED_CHUNK_BYTES : 2 * SEALED_CHUNK_BYTES]
    for broken in (b"", head[:20], head, head + first, head + first + second, head + second + first):
        with pytest.raises(CannotUnseal):
            KEYS.open(broken)


def test_what_was_sealed_to_another_key_does_not_open() -> None:
    other = X25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(CannotUnseal, match="not among the sealing keys"):
        KEYS.open(seal(other, uuid4(), uuid4(), b"").content)


@given(st.integers(0, 5 * CHUNK_BYTES))
def test_a_sealed_size_tells_the_size_inside(plain_bytes: int) -> None:
    assert sealed_parts.part_plain_size(sealed_parts.sealed_part_size(plain_bytes)) == plain_bytes


def test_a_size_that_nothing_sealed_has_is_refused() -> None:
    with pytest.raises(Malformed):
        sealed_parts.part_plain_size(SEALED_PART_HEADER_BYTES + 3)


def test_a_kiosk_believes_the_keys_that_lead_back_to_what_it_pins_and_what_it_sealed_before_still_opens(
    tmp_path: Path,
) -> None:
    create_keys(tmp_path)
    first = load_keys(tmp_path)
    before = seal(decode_base64url(first.sealing.public()[0].public_key), uuid4(), uuid4(), b"before").content
    rotate_receipts(tmp_path)
    rotate_sealing(tmp_path)
    ring = load_keys(tmp_path)
    believed = {key.key_id: key for key in ring.receipts.public()}
    assert believed_sealing_keys(reversed(ring.sealing.public()), believed, verify) == list(ring.sealing.public())
    assert believed_sealing_keys(ring.sealing.public(), {}, verify) == []
    assert ring.sealing.open(before)[1] == b"before"


@pytest.mark.parametrize(
    "field, value", [("public_key", "AAAA"), ("endorsement", ""), ("endorsed_by", "receipts-0009-00000000")]
)
def test_a_key_that_nobody_vouches_for_is_not_sealed_to(tmp_path: Path, field: str, value: str) -> None:
    create_keys(tmp_path)
    ring = load_keys(tmp_path)
    believed: dict[str, SigningKey] = {key.key_id: key for key in ring.receipts.public()}
    forged: SealingKey = msgspec.structs.replace(ring.sealing.public()[0], **{field: value})
    assert believed_sealing_keys([forged], believed, verify) == []
    assert forged.starts_at <= datetime.now(UTC)

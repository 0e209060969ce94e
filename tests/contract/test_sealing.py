"""The sealed layout: its sizes and ranges, and vectors that two implementations agree on."""

import hashlib
import json
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.contract import sealing
from server.contract.sealing import CHUNK_BYTES, HEADER_BYTES, SEALED_CHUNK_BYTES, Header, Malformed
from tests.contract.reference_sealing import content_of, seal

VECTORS = json.loads(files("server.contract").joinpath("vectors/sealing.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vectors_hold_for_an_implementation_written_from_the_description(vector: dict[str, Any]) -> None:
    sealed = seal(
        bytes.fromhex(vector["dataKey"]),
        bytes.fromhex(vector["salt"]),
        vector["keyVersion"],
        UUID(vector["organisationId"]),
        UUID(vector["vaultId"]),
        vector["name"],
        content_of(vector["contentBytes"]),
    )
    assert hashlib.sha256(sealed).hexdigest() == vector["sealedSha256"]
    assert sealed.hex() == vector.get("sealed", sealed.hex())
    assert len(sealed) == vector["sealedBytes"] == sealing.sealed_size(vector["contentBytes"])


@given(st.integers(0, 5 * CHUNK_BYTES))
def test_a_sealed_size_tells_the_size_inside(plain_bytes: int) -> None:
    assert sealing.plain_size(sealing.sealed_size(plain_bytes)) == plain_bytes


def test_sizes_that_nothing_sealed_has_are_refused() -> None:
    possible = {sealing.sealed_size(plain_bytes) for plain_bytes in range(2 * CHUNK_BYTES + 2)}
    for size in range(max(possible)):
        if size not in possible:
            with pytest.raises(Malformed):
                sealing.plain_size(size)


@given(st.integers(0, 2**16 - 1), st.binary(min_size=16, max_size=16), st.binary(max_size=9))
def test_a_header_reads_back_and_ignores_what_follows(key_version: int, salt: bytes, rest: bytes) -> None:
    header = Header(key_version, salt)
    assert sealing.decode_header(sealing.encode_header(header) + rest) == header


@pytest.mark.parametrize("broken", [b"", b"CFV1", b"CFV2" + bytes(18), bytes(40)])
def test_what_does_not_begin_with_a_header_is_refused(broken: bytes) -> None:
    with pytest.raises(Malformed):
        sealing.decode_header(broken)


@given(st.integers(0, 9 * CHUNK_BYTES), st.integers(1, 3 * CHUNK_BYTES))
def test_the_chunks_for_a_range_hold_it_and_no_chunk_is_fetched_in_vain(start: int, length: int) -> None:
    wanted = sealing.chunks_for(start, length)
    first_byte = wanted.first * CHUNK_BYTES
    assert first_byte + wanted.skip == start
    assert wanted.skip < CHUNK_BYTES
    assert (wanted.count - 1) * CHUNK_BYTES < wanted.skip + length <= wanted.count * CHUNK_BYTES
    assert wanted.sealed_start == HEADER_BYTES + wanted.first * SEALED_CHUNK_BYTES
    assert wanted.sealed_bytes == wanted.count * SEALED_CHUNK_BYTES


@given(st.text(max_size=20), st.text(max_size=20), st.uuids(), st.uuids())
def test_different_places_are_bound_by_different_bytes(name: str, other: str, one_id: UUID, other_id: UUID) -> None:
    assert (sealing.place_of(one_id, one_id, name) == sealing.place_of(one_id, one_id, other)) == (name == other)
    assert (sealing.place_of(one_id, other_id, name) == sealing.place_of(other_id, one_id, name)) == (
        one_id == other_id
    )

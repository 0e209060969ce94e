"""Sealing: whatever was sealed opens in its place, and nothing else does."""

import hashlib
import json
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.contract import sealing as layout
from server.contract.sealing import CHUNK_BYTES, HEADER_BYTES, SEALED_CHUNK_BYTES, Header
from server.core.vault import Tampered, VaultKey
from server.core.vault import sealing as vault_sealing
from tests.contract.reference_sealing import content_of

ORGANISATION, VAULT = UUID(int=1), UUID(int=2)
KEY = VaultKey(ORGANISATION, VAULT, {1: b"1" * 32})
NAME = "patient/7/name"
VECTORS = json.loads(files("server.contract").joinpath("vectors/sealing.json").read_text())["vectors"]

around_chunk_bounds = st.integers(0, 3 * CHUNK_BYTES) | st.sampled_from(
    [max(0, chunks * CHUNK_BYTES + off) for chunks in range(4) for off in range(-2, 3)]
)
several_chunks = st.integers(2 * CHUNK_BYTES + 1, 4 * CHUNK_BYTES)
quickly = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vectors_are_reproduced_and_open(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    version = vector["keyVersion"]
    key = VaultKey(UUID(vector["organisationId"]), UUID(vector["vaultId"]), {version: bytes.fromhex(vector["dataKey"])})
    monkeypatch.setattr(vault_sealing.os, "urandom", {layout.SALT_BYTES: bytes.fromhex(vector["salt"])}.__getitem__)
    content = content_of(vector["contentBytes"])
    sealed = key.seal(vector["name"], content)
    assert hashlib.sha256(sealed).hexdigest() == vector["sealedSha256"]
    assert key.open(vector["name"], sealed) == content


@quickly
@given(around_chunk_bounds)
@example(0)
def test_opens_what_it_sealed_of_any_size(size: int) -> None:
    content = content_of(size)
    sealed = KEY.seal(NAME, content)
    assert KEY.open(NAME, sealed) == content
    assert len(sealed) == layout.sealed_size(size)


def test_seals_and_opens_any_buffer() -> None:
    for of in (bytes, bytearray, memoryview):
        assert KEY.open(NAME, of(KEY.seal_object(NAME, of(b"content")))) == b"content"


def test_sealing_the_same_twice_differs() -> None:
    assert KEY.seal(NAME, b"same") != KEY.seal(NAME, b"same")


@quickly
@given(around_chunk_bounds, st.data())
def test_any_flipped_bit_is_found(size: int, data: st.DataObject) -> None:
    sealed = KEY.seal_object(NAME, content_of(size))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Tampered):
        KEY.open(NAME, sealed)


@pytest.mark.parametrize("bit", range(8 * HEADER_BYTES))
def test_any_flipped_bit_of_the_header_is_found(bit: int) -> None:
    sealed = KEY.seal_object(NAME, b"content")
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Tampered):
        KEY.open(NAME, sealed)


@quickly
@given(around_chunk_bounds, st.data())
def test_any_truncation_is_found(size: int, data: st.DataObject) -> None:
    sealed = KEY.seal(NAME, content_of(size))
    kept = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(Tampered):
        KEY.open(NAME, sealed[:kept])


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_truncation_at_a_chunk_bound_is_found(chunks: int) -> None:
    sealed = KEY.seal(NAME, content_of(4 * CHUNK_BYTES))
    with pytest.raises(Tampered):
        KEY.open(NAME, sealed[: HEADER_BYTES + chunks * SEALED_CHUNK_BYTES])


@quickly
@given(around_chunk_bounds, st.binary(min_size=1, max_size=2 * layout.TAG_BYTES))
def test_anything_appended_is_found(size: int, more: bytes) -> None:
    with pytest.raises(Tampered):
        KEY.open(NAME, KEY.seal(NAME, content_of(size)) + more)


@quickly
@given(several_chunks, st.permutations([0, 1, 2]))
def test_chunks_in_another_order_are_found(size: int, order: list[int]) -> None:
    sealed = KEY.seal(NAME, content_of(size))
    chunks = [sealed[HEADER_BYTES + n * SEALED_CHUNK_BYTES :][:SEALED_CHUNK_BYTES] for n in range(4)]
    moved = sealed[:HEADER_BYTES] + b"".join(chunks[n] for n in [*order, 3])
    if order == [0, 1, 2]:
        assert KEY.open(NAME, moved) == content_of(size)
    else:
        with pytest.raises(Tampered):
            KEY.open(NAME, moved)


def test_a_chunk_of_another_object_in_the_same_place_is_found() -> None:
    ours, theirs = (KEY.seal(NAME, content_of(3 * CHUNK_BYTES)) for _ in range(2))
    second = slice(HEADER_BYTES + SEALED_CHUNK_BYTES, HEADER_BYTES + 2 * SEALED_CHUNK_BYTES)
    with pytest.raises(Tampered):
        KEY.open(NAME, ours[: second.start] + theirs[second] + ours[second.stop :])


@pytest.mark.parametrize(
    "key,name",
    [
        pytest.param(KEY, "patient/8/name", id="another name"),
        pytest.param(KEY, "", id="no name"),
        pytest.param(VaultKey(ORGANISATION, UUID(int=3), {1: b"1" * 32}), NAME, id="another vault"),
        pytest.param(VaultKey(UUID(int=3), VAULT, {1: b"1" * 32}), NAME, id="another organisation"),
        pytest.param(VaultKey(VAULT, ORGANISATION, {1: b"1" * 32}), NAME, id="vault and organisation swapped"),
        pytest.param(VaultKey(ORGANISATION, VAULT, {1: b"2" * 32}), NAME, id="another key"),
        pytest.param(VaultKey(ORGANISATION, VAULT, {2: b"1" * 32}), NAME, id="another version"),
    ],
)
def test_does_not_open_elsewhere(key: VaultKey, name: str) -> None:
    with pytest.raises(Tampered):
        key.open(name, KEY.seal(NAME, b"content"))


def test_the_key_version_is_bound_to_the_content_and_not_only_looked_up() -> None:
    one_key_twice = VaultKey(ORGANISATION, VAULT, {1: b"1" * 32, 2: b"1" * 32})
    sealed = bytearray(one_key_twice.seal(NAME, b"content"))
    assert layout.decode_header(sealed).key_version == 2
    sealed[:HEADER_BYTES] = layout.encode_header(Header(1, layout.decode_header(sealed).salt))
    with pytest.raises(Tampered):
        one_key_twice.open(NAME, sealed)


def test_the_newest_data_key_seals_and_the_older_open() -> None:
    old = KEY.seal(NAME, b"old")
    rotated = VaultKey(ORGANISATION, VAULT, {2: b"2" * 32, 1: b"1" * 32})
    assert rotated.open(NAME, old) == b"old"
    assert layout.decode_header(rotated.seal(NAME, b"new")).key_version == 2


class Store:
    """Sealed bytes that note which ranges were asked for."""

    def __init__(self, sealed: bytes) -> None:
        self.sealed = sealed
        self.asked_bytes = 0

    async def fetch(self, start: int, length: int) -> bytes:
        self.asked_bytes += length
        return self.sealed[start : start + length]


async def open_range(sealed: bytes, start: int, length: int) -> bytes:
    return await KEY.open_range(NAME, Store(sealed).fetch, start, length)


@quickly
@given(around_chunk_bounds, st.data())
async def test_opens_any_range_alone(size: int, data: st.DataObject) -> None:
    content = content_of(size)
    start = data.draw(st.integers(0, max(0, size - 1)))
    length = data.draw(st.integers(0, size + 10) | around_chunk_bounds)
    assert await open_range(KEY.seal(NAME, content), start, length) == content[start : start + length]


async def test_a_range_fetches_only_the_chunks_that_hold_it() -> None:
    store = Store(KEY.seal(NAME, content_of(40 * CHUNK_BYTES)))
    await KEY.open_range(NAME, store.fetch, 20 * CHUNK_BYTES + 5, 100)
    assert store.asked_bytes == HEADER_BYTES + SEALED_CHUNK_BYTES + 1


async def test_a_range_that_begins_after_the_end_is_refused() -> None:
    with pytest.raises(Tampered):
        await open_range(KEY.seal(NAME, content_of(100)), CHUNK_BYTES, 1)


async def test_a_cut_object_is_found_by_a_range_that_reaches_the_cut() -> None:
    sealed = KEY.seal(NAME, content_of(3 * CHUNK_BYTES))[: HEADER_BYTES + 2 * SEALED_CHUNK_BYTES]
    assert await open_range(sealed, 10, 10) == content_of(20)[10:]
    with pytest.raises(Tampered):
        await open_range(sealed, CHUNK_BYTES + 1, 10)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 3 * CHUNK_BYTES - 1), st.data())
async def test_a_flipped_bit_is_found_by_every_range_that_holds_it(at: int, data: st.DataObject) -> None:
    sealed = KEY.seal_object(NAME, content_of(3 * CHUNK_BYTES))
    sealed[HEADER_BYTES + at // CHUNK_BYTES * SEALED_CHUNK_BYTES + at % CHUNK_BYTES] ^= 1 << data.draw(
        st.integers(0, 7)
    )
    start = data.draw(st.integers(max(0, at - 10), at))
    with pytest.raises(Tampered):
        await open_range(bytes(sealed), start, at - start + 1)


class Name(msgspec.Struct, frozen=True):
    given: str
    born: date
    seen_at: datetime
    id: UUID


def test_values_come_back_as_they_were() -> None:
    value = Name("Zoë", date(1980, 2, 29), datetime(2026, 3, 2, 9, tzinfo=UTC), UUID(int=9))
    sealed = KEY.seal_value(NAME, value)
    assert KEY.open_value(NAME, sealed, Name) == value
    assert "Zoë".encode() not in sealed
    with pytest.raises(Tampered):
        KEY.open_value("elsewhere", sealed, Name)


def test_addresses_differ_between_vaults_and_outlive_rotation() -> None:
    digest = hashlib.sha256(b"photo").hexdigest()
    address = KEY.digest_address(digest)
    rotated = VaultKey(ORGANISATION, VAULT, {1: b"1" * 32, 2: b"2" * 32})
    other_vault = VaultKey(ORGANISATION, UUID(int=3), {1: b"3" * 32})
    assert address == rotated.digest_address(digest) == KEY.digest_address(digest.upper())
    assert len({address, other_vault.digest_address(digest), KEY.digest_address("00" * 32), digest}) == 4


def test_no_key_shows_in_what_a_log_would_print() -> None:
    assert "1111" not in repr(KEY)

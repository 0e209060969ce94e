"""Seals and opens content under the keys of one vault (layout: server.contract.sealing)."""

import asyncio
import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.contract import sealing as layout
from server.core.vault.faults import Tampered

ADDRESS_INFO = b"careferry object address 1"

ValueT = TypeVar("ValueT")
Data = bytes | bytearray | memoryview
Fetch = Callable[[int, int], Awaitable[bytes]]
"""(start, length) → the sealed bytes there, fewer where the object ends."""


class VaultKey:
    """The data keys of one vault by version: the newest seals, all open. Held for one unit of work, never stored."""

    def __init__(self, organisation_id: UUID, vault_id: UUID, data_keys: Mapping[int, bytes]) -> None:
        self.organisation_id = organisation_id
        self.vault_id = vault_id
        self._data_keys = dict(data_keys)
        self._newest = max(self._data_keys)

    def seal(self, name: str, data: Data) -> bytes:
        """`data` sealed for the place `name` (a row's column or an object's key)."""
        return bytes(self.seal_object(name, data))

    def seal_object(self, name: str, data: Data) -> bytearray:
        """As `seal`, without the copy into `bytes`, which costs more than the encryption of large content."""
        header = layout.Header(self._newest, os.urandom(layout.SALT_BYTES))
        return seal_with(self._cipher(header), header, self._place(name), data)

    def open(self, name: str, sealed: Data) -> bytes:
        """The content; Tampered unless `sealed` is exactly what was sealed for this place in this vault."""
        header = _header_of(sealed)
        body = memoryview(sealed)[layout.HEADER_BYTES :]
        return b"".join(_open_chunks(self._cipher(header), header, self._place(name), body, first=0, is_whole=True))

    async def open_range(self, name: str, fetch: Fetch, start: int, length: int) -> bytes:
        """The content from `start`, `length` bytes or up to its end, opening only the chunks that hold it.

        Tampered also if the object ends before the chunk that `start` is in.
        """
        if length <= 0:
            return b""
        wanted = layout.chunks_for(start, length)
        # One byte more than the chunks tells whether the object goes on after them.
        head, body = await asyncio.gather(
            fetch(0, layout.HEADER_BYTES), fetch(wanted.sealed_start, wanted.sealed_bytes + 1)
        )
        header = _header_of(head)
        chunks = memoryview(body)[: wanted.sealed_bytes]
        is_whole = len(body) <= wanted.sealed_bytes
        opened = _open_chunks(self._cipher(header), header, self._place(name), chunks, wanted.first, is_whole)
        return b"".join(opened)[wanted.skip : wanted.skip + length]

    def seal_value(self, name: str, value: Any) -> bytes:
        """A Struct (or anything msgspec encodes) sealed as MessagePack."""
        return self.seal(name, msgspec.msgpack.encode(value))

    def open_value(self, name: str, sealed: Data, kind: type[ValueT]) -> ValueT:
        """The value that `seal_value` was given, as `kind`."""
        return msgspec.msgpack.decode(self.open(name, sealed), type=kind)

    def digest_address(self, sha256_hex: str) -> str:
        """Where content of this digest lies: an HMAC, so that equal content of two vaults shares no address.

        It is keyed from the first data key, so rotation moves nothing.
        """
        key = _derive(self._data_keys[min(self._data_keys)], b"", ADDRESS_INFO)
        return hmac.new(key, bytes.fromhex(sha256_hex), hashlib.sha256).hexdigest()

    def _place(self, name: str) -> bytes:
        return layout.place_of(self.organisation_id, self.vault_id, name)

    def _cipher(self, header: layout.Header) -> AESGCM:
        data_key = self._data_keys.get(header.key_version)
        if data_key is None:
            raise Tampered(inside=f"vault {self.vault_id} has no data key of version {header.key_version}")
        return AESGCM(_derive(data_key, header.salt, layout.OBJECT_KEY_INFO))


def seal_with(cipher: AESGCM, header: layout.Header, place: bytes, data: Data) -> bytearray:
    """The whole sealed object; apart from VaultKey so that the layout's vectors can fix the salt."""
    plain = memoryview(data).cast("B")
    sealed = bytearray(layout.sealed_size(plain.nbytes))
    sealed[: layout.HEADER_BYTES] = layout.encode_header(header)
    target = memoryview(sealed)[layout.HEADER_BYTES :]
    last = layout.chunk_count(plain.nbytes) - 1
    for number in range(last + 1):
        chunk = plain[number * layout.CHUNK_BYTES : (number + 1) * layout.CHUNK_BYTES]
        start = number * layout.SEALED_CHUNK_BYTES
        cipher.encrypt_into(
            layout.nonce(number),
            chunk,
            layout.associated_data(place, number, number == last, header.key_version),
            target[start : start + chunk.nbytes + layout.TAG_BYTES],
        )
    return sealed


def _open_chunks(
    cipher: AESGCM, header: layout.Header, place: bytes, body: memoryview, first: int, is_whole: bool
) -> list[bytes]:
    """The content of consecutive chunks; `is_whole` when the object's last chunk is among them."""
    opened: list[bytes] = []
    count = max(1, -(-body.nbytes // layout.SEALED_CHUNK_BYTES))
    try:
        for offset in range(count):
            chunk = body[offset * layout.SEALED_CHUNK_BYTES : (offset + 1) * layout.SEALED_CHUNK_BYTES]
            number = first + offset
            is_last = is_whole and offset == count - 1
            bound = layout.associated_data(place, number, is_last, header.key_version)
            opened.append(cipher.decrypt(layout.nonce(number), chunk, bound))
    except (InvalidTag, ValueError) as error:
        raise Tampered from error
    return opened


def _header_of(sealed: Data) -> layout.Header:
    try:
        return layout.decode_header(sealed)
    except layout.Malformed as error:
        raise Tampered(inside=f"sealed content does not open: {error}") from error


def _derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), layout.KEY_BYTES, salt, info).derive(key)

"""A TURN client of the few messages that tests need: allocate, and ask leave for a peer (RFC 8489, RFC 8656)."""

import asyncio
import hashlib
import hmac
import os
import socket
import struct
from ipaddress import IPv4Address

MAGIC = 0x2112A442
ALLOCATE, CREATE_PERMISSION = 0x0003, 0x0008
USERNAME, INTEGRITY, ERROR, REALM, NONCE, PEER, TRANSPORT = 0x0006, 0x0008, 0x0009, 0x0014, 0x0015, 0x0012, 0x0019
UDP = 17
ANSWERED_WITHIN_S = 10.0
UNAUTHORISED = 401


class TurnClient:
    """Over UDP from one socket; each method gives the error code, 0 where it was granted."""

    def __init__(self, port: int, username: str, credential: str) -> None:
        self._address = ("127.0.0.1", port)
        self._username, self._credential = username, credential
        self._realm = self._nonce = b""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def __enter__(self) -> "TurnClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    async def allocate(self) -> int:
        transport = _attribute(TRANSPORT, bytes((UDP, 0, 0, 0)))
        first = await self._ask(ALLOCATE, transport)
        return await self._ask(ALLOCATE, transport) if first == UNAUTHORISED and self._realm else first

    async def permit(self, peer: str) -> int:
        port, address = 4000 ^ MAGIC >> 16, int(IPv4Address(peer)) ^ MAGIC
        return await self._ask(CREATE_PERMISSION, _attribute(PEER, struct.pack(">BBHI", 0, 1, port, address)))

    async def _ask(self, method: int, body: bytes) -> int:
        transaction = os.urandom(12)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            await loop.sock_sendto(self._socket, self._message(method, transaction, body), self._address)
            while True:
                answer = await loop.sock_recv(self._socket, 2048)
                if answer[8:20] == transaction:
                    return self._read(answer)

    def _message(self, method: int, transaction: bytes, body: bytes) -> bytes:
        if not self._realm:
            return _header(method, len(body), transaction) + body
        body += _attribute(USERNAME, self._username.encode())
        body += _attribute(REALM, self._realm) + _attribute(NONCE, self._nonce)
        signed = _header(method, len(body) + 24, transaction) + body
        key = hashlib.md5(  # noqa: S324  (RFC 8489, 9.2.2: the long-term credential's key)
            b":".join((self._username.encode(), self._realm, self._credential.encode()))
        ).digest()
        return signed + _attribute(INTEGRITY, hmac.digest(key, signed, "sha1"))

    def _read(self, answer: bytes) -> int:
        """Class *error* has both its bits set (RFC 8489, 5)."""
        code, at = 0, 20
        while at + 4 <= len(answer):
            kind, length = struct.unpack_from(">HH", answer, at)
            value = answer[at + 4 : at + 4 + length]
            if kind == ERROR:
                code = value[2] * 100 + value[3]
            elif kind == REALM:
                self._realm = value
            elif kind == NONCE:
                self._nonce = value
            at += 4 + length + -length % 4
        return code


def _header(method: int, length: int, transaction: bytes) -> bytes:
    return struct.pack(">HHI", method, length, MAGIC) + transaction


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)

"""Which keys this kiosk believes: the receipt key it pins, its successors, and the sealing key they vouch for."""

from pathlib import Path
from typing import TypeVar

import msgspec

from kiosk.faults import NeverConnected
from kiosk.signatures import decode, verify
from kiosk.spool.files import write_durable
from kiosk.uplink.server import Server
from server.contract.receipt import Receipt, SigningKey, follow, is_signed
from server.contract.sealed_parts import SEALING_KEYS_PATH, SealingKey, believed_sealing_keys

RECEIPT_KEYS_PATH = "/.well-known/careferry-receipt-keys.json"
TRUST_FILE = "trust.json"
KeyT = TypeVar("KeyT", SigningKey, SealingKey)


class NotBelieved(Exception):
    """What came is under no key that this kiosk believes: it counts for nothing."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What lies on the disk: the first receipt key never changes, the rest follows from it."""

    pinned: SigningKey
    offered: tuple[SigningKey, ...]
    sealing: SealingKey


class Trust:
    def __init__(self, folder: Path) -> None:
        self._path = folder / TRUST_FILE

    def kept(self) -> Kept:
        """NeverConnected before the kiosk has met its server."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except OSError as error:
            raise NeverConnected from error

    @property
    def has_met(self) -> bool:
        return self._path.exists()

    @property
    def sealing_key(self) -> bytes:
        """The public key that a case is sealed to."""
        return decode(self.kept().sealing.public_key)

    async def meet(self, server: Server) -> None:
        """Ask for the keys. The first time the oldest receipt key is pinned; NotBelieved if nothing leads to it."""
        offered = await _keys(server, RECEIPT_KEYS_PATH, SigningKey)
        sealing = await _keys(server, SEALING_KEYS_PATH, SealingKey)
        try:
            pinned = self.kept().pinned
        except NeverConnected:
            pinned = offered[0]
        believed = follow(pinned, offered, verify)
        usable = believed_sealing_keys(sealing, believed, verify)
        if not usable:
            raise NotBelieved("no sealing key is vouched for by a believed key")
        kept = Kept(pinned=pinned, offered=offered, sealing=usable[-1])
        write_durable(self._path, msgspec.json.encode(kept))

    async def require_signed(self, server: Server, receipt: Receipt) -> None:
        """NotBelieved unless a believed key signed it; successors are asked for only where the key is not known."""
        if not self._is_signed(receipt):
            await self.meet(server)
            if not self._is_signed(receipt):
                raise NotBelieved(f"signed with {receipt.key_id}")

    def _is_signed(self, receipt: Receipt) -> bool:
        kept = self.kept()
        return is_signed(receipt, follow(kept.pinned, kept.offered, verify), verify)


async def _keys(server: Server, path: str, kind: type[KeyT]) -> tuple[KeyT, ...]:
    answer = await server.ask("GET", path)
    keys = msgspec.json.decode(answer.content, type=tuple[kind, ...])
    if not keys:
        raise NotBelieved(f"{path} names no key")
    return keys

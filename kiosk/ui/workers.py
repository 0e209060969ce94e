"""Who may sign in at this kiosk: a name and a PIN, with a lock-out that a restart does not lift.

A PIN keeps a passer-by out of a running kiosk. It protects little on the disk: whoever copies the card tries all PINs
within hours. No patient lies there; the key of a worker's place does, and ends with the place (places-at-kiosks.md).
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.spool.files import write_durable
from server.contract.fleet import worker_proof

WORKERS_FILE = "workers.json"
PIN_DIGITS = (6, 12)
TRIES = 5
LOCKED_S = 300.0
NONCE_BYTES = 12
COST, BLOCK, LANES = 2**14, 8, 1
"""scrypt (RFC 7914): 16 MiB and some 50 ms on a Raspberry Pi."""


class PinRefused(ValueError):
    """The PIN is no PIN; the message says what one is."""


class Place(NamedTuple):
    """At this kiosk, of a person's account on the server; whoever has the key may find patients in their name."""

    place_id: UUID
    key: bytes


class SealedPlace(msgspec.Struct, frozen=True):
    place_id: UUID
    salt: bytes
    sealed_key: bytes
    """Under the PIN (`seal`). The salt is not that of `pin_hash`, which would be the key to it."""


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    worker_id: UUID
    name: str
    salt: bytes
    pin_hash: bytes
    person_id: UUID | None = None
    """Of the worker's account on the server: a kiosk that sends in its own name says who took the visit."""
    place: SealedPlace | None = None
    """None for a worker without one: new registrations only."""
    language: str = ""
    """Of the screen when this worker has signed in; empty where they never chose."""
    failures: int = 0
    """Wrong PINs since the last right one, kept on the disk: switching off and on gives no new tries."""


class Workers:
    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = folder / WORKERS_FILE
        self._clock = clock
        self._locked_until: dict[UUID, float] = {}
        self._by_id = {worker.worker_id: worker for worker in self._read()}
        # How long the kiosk was off nobody knows: a lock that stood begins anew.
        for worker in self._by_id.values():
            if worker.failures >= TRIES:
                self._lock(worker)

    def all(self) -> list[Worker]:
        return sorted(self._by_id.values(), key=lambda worker: worker.name)

    def add(self, name: str, pin: str, person_id: UUID | None = None, place: Place | None = None) -> Worker:
        """A worker, durable on return and instead of an earlier entry of the same person; PinRefused."""
        if not (pin.isascii() and pin.isdigit() and PIN_DIGITS[0] <= len(pin) <= PIN_DIGITS[1]):
            raise PinRefused(f"A PIN is {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits.")
        salt = secrets.token_bytes(16)
        worker = Worker(
            worker_id=uuid4(),
            name=name,
            salt=salt,
            pin_hash=hash_pin(pin, salt),
            person_id=person_id,
            place=_seal(place, pin) if place else None,
        )
        if person_id is not None:
            self._by_id = {key: each for key, each in self._by_id.items() if each.person_id != person_id}
        return self._keep(worker)

    def proof(self, worker: Worker, pin: str) -> str:
        """What tells the server who has signed in; empty for a worker without a place. The PIN is theirs (`check`)."""
        place = worker.place
        if place is None:
            return ""
        key = open_sealed(hash_pin(pin, place.salt), place.sealed_key, place.place_id.bytes)
        return worker_proof(place.place_id, key)

    def speak(self, worker_id: UUID, language: str) -> Worker:
        """Remember the language that the worker chose."""
        return self._keep(msgspec.structs.replace(self._by_id[worker_id], language=language))

    def seconds_locked(self, worker_id: UUID) -> int:
        """How long until the next try counts; 0 now."""
        return max(0, round(self._locked_until.get(worker_id, 0.0) - self._clock()))

    def check(self, worker_id: UUID, pin: str) -> Worker | None:
        """The worker if the PIN is theirs. The try is on the disk before it is judged; while locked none is."""
        worker = self._by_id.get(worker_id)
        if worker is None or self.seconds_locked(worker_id):
            return None
        worker = self._keep(msgspec.structs.replace(worker, failures=worker.failures + 1))
        if hmac.compare_digest(hash_pin(pin, worker.salt), worker.pin_hash):
            return self._keep(msgspec.structs.replace(worker, failures=0))
        if worker.failures >= TRIES:
            self._lock(worker)
        return None

    def _lock(self, worker: Worker) -> None:
        """Twice as long with each wrong PIN beyond those that are allowed."""
        self._locked_until[worker.worker_id] = self._clock() + LOCKED_S * 2 ** min(worker.failures - TRIES, 8)

    def _keep(self, worker: Worker) -> Worker:
        self._by_id[worker.worker_id] = worker
        write_durable(self._path, msgspec.json.encode(list(self._by_id.values())))
        return worker

    def _read(self) -> list[Worker]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[Worker])
        except FileNotFoundError:
            return []


def _seal(place: Place, pin: str) -> SealedPlace:
    salt = secrets.token_bytes(16)
    return SealedPlace(place.place_id, salt, seal(hash_pin(pin, salt), place.key, place.place_id.bytes))


def seal(key: bytes, content: bytes, about: bytes = b"") -> bytes:
    """AES-256-GCM, nonce first; `about` must be the same to open it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, about)


def open_sealed(key: bytes, sealed: bytes, about: bytes = b"") -> bytes:
    """InvalidTag for another key, and for what was changed."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)


def hash_pin(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK, p=LANES, dklen=32)

"""Who may sign in at this kiosk: a name and a PIN, with a lock-out that a restart does not lift.

A PIN keeps a passer-by out of a running kiosk. It protects nothing on the disk, where nothing readable lies.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from kiosk.spool.files import write_durable

WORKERS_FILE = "workers.json"
PIN_DIGITS = (6, 12)
TRIES = 5
LOCKED_S = 300.0
COST, BLOCK, LANES = 2**14, 8, 1
"""scrypt (RFC 7914): 16 MiB and some 50 ms on a Raspberry Pi."""


class PinRefused(ValueError):
    """The PIN is no PIN; the message says what one is."""


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    worker_id: UUID
    name: str
    salt: bytes
    pin_hash: bytes
    person_id: UUID | None = None
    """Of the worker's account on the server: a kiosk that sends in its own name says who took the visit."""
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

    def add(self, name: str, pin: str, person_id: UUID | None = None) -> Worker:
        """A worker, durable on return; PinRefused."""
        if not (pin.isascii() and pin.isdigit() and PIN_DIGITS[0] <= len(pin) <= PIN_DIGITS[1]):
            raise PinRefused(f"A PIN is {PIN_DIGITS[0]} to {PIN_DIGITS[1]} digits.")
        salt = secrets.token_bytes(16)
        worker = Worker(worker_id=uuid4(), name=name, salt=salt, pin_hash=hash_pin(pin, salt), person_id=person_id)
        self._keep(worker)
        return worker

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


def hash_pin(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK, p=LANES, dklen=32)

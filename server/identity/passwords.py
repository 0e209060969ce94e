"""Hashes and checks passwords in threads of their own, with a bounded queue: a flood is refused, not piled up."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from server.core.faults import Unavailable
from server.identity.password_rules import normalise

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
THREADS = 2
MAX_WAITING = 32
# The hash of a random text nobody kept, made with the parameters above.
DECOY = "$argon2id$v=19$m=19456,t=2,p=1$9vqT055Gw2uXrNK8r0+AKQ$JpV6keyPuhTIT4xp00GE1DSYjtOWBVlmZvyN6IF1i/o"

ResultT = TypeVar("ResultT")


class _Queue:
    """Counts what runs and waits, across the event loops of one process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._lock = threading.Lock()
        self._waiting = 0

    async def run(self, work: Callable[[], ResultT]) -> ResultT:
        with self._lock:
            if self._waiting >= MAX_WAITING:
                raise Unavailable("Too many people are signing in at this moment.", headers={"Retry-After": "2"})
            self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            with self._lock:
                self._waiting -= 1


_queue = _Queue()


async def hash_password(password: str) -> str:
    return await _queue.run(lambda: HASHER.hash(normalise(password)))


async def is_password(hashed: str | None, password: str) -> bool:
    """Whether the password is right. Without a hash it takes as long and is false: nobody learns who has one."""
    return await _queue.run(lambda: _verify(hashed or DECOY, normalise(password)) and hashed is not None)


def needs_rehash(hashed: str) -> bool:
    """Whether the hash was made with parameters other than today's."""
    return HASHER.check_needs_rehash(hashed)


def _verify(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False

"""Runs one delivered job and writes down how it ended; the row is the truth, whatever the broker does.

Dramatiq's own Retries would put the retry into the broker, which may lose it, and its worker logs the
exception's text, which may quote a patient: so neither ever sees an exception.
"""

import asyncio
import random
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from dramatiq.asyncio import get_event_loop_thread

from server.core.access import system_actor
from server.core.db import working_for
from server.core.faults import Fault
from server.core.log import get_logger
from server.core.outbox.leases import Delivery, Leases
from server.core.platform import now
from server.core.vault import Shredded
from workers.actors import Actor, Registry, Undeliverable

log = get_logger(__name__)

MAX_INTERRUPTIONS = 5
"""How often a worker may end in the middle of a job before the job is taken for the cause."""


class Attempts:
    """The attempts of one worker process, on Dramatiq's event loop."""

    def __init__(self, registry: Registry, leases: Leases) -> None:
        self._registry = registry
        self._leases = leases
        self._interruptible: set[asyncio.Task[Any]] = set()
        self._is_interrupted = False
        self.on_end: Callable[[], None] = lambda: None
        """Called when a job has ended, since there is room for another."""

    async def receive(self, job_id: str) -> None:
        """Run the job a message names, unless it is done, running or put off: then the message is an old copy."""
        delivery = await self._leases.begin(UUID(job_id))
        if delivery is not None:
            await self.perform(delivery)

    async def perform(self, delivery: Delivery) -> None:
        """Run the job to its end and settle it: finished, due again later, dead, or given back.

        A job about a record that was erased meanwhile has nothing left to do.
        """
        try:
            await self._settle(delivery)
        except Exception as error:  # noqa: BLE001  (the database is away; the lease runs out and the job comes again)
            log.error("job_unsettled", job=delivery.name, id=delivery.id, error=type(error).__qualname__)
        finally:
            self.on_end()

    async def _settle(self, delivery: Delivery) -> None:
        actor = self._registry.find(delivery.name)
        try:
            await self._run(actor, delivery)
        except asyncio.CancelledError:
            await self._leases.give_back([delivery])
            log.info("job_given_back", job=delivery.name, id=delivery.id)
        except Shredded:
            await self._leases.finish(delivery)
            log.info("job_of_erased_record", job=delivery.name, id=delivery.id)
        except Exception as error:  # noqa: BLE001  (the edge of the process for whatever an actor raises)
            await self._settle_failure(actor, delivery, error)
        else:
            if not await self._leases.finish(delivery):
                log.warning("job_lease_lost", job=delivery.name, id=delivery.id)

    def interrupt_after(self, grace_s: float) -> None:
        """Stop what still runs on the loop after `grace_s`, so that it can be given back; from any thread."""
        thread = get_event_loop_thread()
        if thread is not None:
            thread.loop.call_soon_threadsafe(thread.loop.call_later, grace_s, self._interrupt)

    def _interrupt(self) -> None:
        self._is_interrupted = True
        for task in self._interruptible:
            task.cancel()

    async def _run(self, actor: Actor[Any] | None, delivery: Delivery) -> None:
        if actor is None:
            raise Undeliverable("no actor is declared for this name")
        if delivery.number - delivery.failures > MAX_INTERRUPTIONS:
            raise Undeliverable(f"{MAX_INTERRUPTIONS} workers ended in the middle of it")
        if self._is_interrupted:
            raise asyncio.CancelledError
        job = actor.decode(delivery.payload)
        task = asyncio.current_task()
        if task is not None and actor.time_limit_s is not None:
            self._interruptible.add(task)
        try:
            with working_for(system_actor(delivery.organisation_id)):
                await actor(job)
        finally:
            self._interruptible.discard(task)  # pyright: ignore[reportArgumentType]

    async def _settle_failure(self, actor: Actor[Any] | None, delivery: Delivery, error: Exception) -> None:
        facts = {"job": delivery.name, "id": delivery.id, "reason": reason(error), "at": frames(error)}
        if actor is None or isinstance(error, actor.permanent) or delivery.failures >= actor.max_retries:
            await self._leases.bury(delivery, reason(error))
            log.error("job_dead", **facts)
            return
        pause = timedelta(seconds=retry_pause_s(actor, delivery.failures))
        await self._leases.postpone(delivery, now() + pause, reason(error))
        log.warning("job_failed", pause_s=pause.total_seconds(), **facts)


def retry_pause_s(actor: Actor[Any], failures: int) -> float:
    """Doubles with each failure, less up to a fifth at random so that what failed together does not return so."""
    pause_s = min(actor.first_retry_s * 2**failures, actor.longest_retry_s)
    return pause_s * random.uniform(0.8, 1.0)  # noqa: S311  (spreads load, keeps no secret)


def reason(error: Exception) -> str:
    """What failed, in words that no actor chose: the class, a fault's code, or our own remark."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    match error:
        case Undeliverable():
            return f"Undeliverable: {error}"
        case Fault():
            return f"{kind} ({error.code})"
        case _:
            return kind


def frames(error: Exception) -> list[str]:
    """Where it failed; the lines of code and never the values in them."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]

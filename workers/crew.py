"""Puts broker, worker threads, event loops, heartbeat and timetable together, and takes them down in order."""

from typing import Protocol

from dramatiq import Broker, Middleware, Worker
from dramatiq.asyncio import EventLoopThread, get_event_loop_thread, set_event_loop_thread
from dramatiq.middleware import AsyncIO

from server.core.db import engine
from server.core.outbox.leases import Leases
from server.core.outbox.wake import listen
from server.settings import Jobs
from workers.actors import Registry
from workers.attempts import Attempts
from workers.background import START_TIMEOUT_S, Background
from workers.broker import OutboxFeed
from workers.timetable import Turns

HEARTBEATS_PER_LEASE = 3
STOP_MARGIN_S = 10.0
"""What giving back and closing may take after the grace is over."""


class Feed(Protocol):
    """What brings jobs to Dramatiq's threads: from the outbox itself, or over Redis or RabbitMQ."""

    @property
    def broker(self) -> Broker: ...

    @property
    def idle_s(self) -> float:
        """How often Dramatiq's threads look up while nothing comes."""
        ...

    async def step(self) -> float:
        """Bring what is due; returns the pause in seconds before the next look."""
        ...

    def close(self) -> None: ...


class ActorLoop(AsyncIO):
    """Dramatiq's one event loop for async actors, given time to start on a busy machine; it closes its connections."""

    def before_worker_boot(self, broker: Broker, worker: Worker) -> None:
        thread = EventLoopThread(self.logger)
        thread.start(timeout=START_TIMEOUT_S)
        set_event_loop_thread(thread)

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:
        thread = get_event_loop_thread()
        if thread is not None:
            thread.run_coroutine(engine().close_connection_pool())
        super().after_worker_shutdown(broker, worker)


class Crew:
    """All that works on jobs in this process; Dramatiq's event loop is process-wide, so there is one at a time."""

    def __init__(self, jobs: Jobs, registry: Registry) -> None:
        if get_event_loop_thread() is not None:
            raise RuntimeError("a crew works in this process already")
        self._jobs = jobs
        self._background = Background()
        self._leases = Leases(jobs.lease_s)
        self._attempts = Attempts(registry, self._leases)
        self._feed = self._open_feed(registry)
        self._worker = Worker(
            self._feed.broker, worker_threads=jobs.threads, worker_timeout=int(self._feed.idle_s * 1000)
        )
        self._background.start()
        self._worker.start()
        self._feeding = self._background.repeat(self._feed.step)
        self._attempts.on_end = self._feeding.wake
        self._end_listening = listen(self._feeding.wake)
        self._background.repeat(self._beat)
        for periodic in registry.timetable:
            self._background.repeat(Turns(periodic).take_due)

    def stop(self, grace_s: float) -> None:
        """Take no more jobs, let those that run end within `grace_s`, give back the rest."""
        self._end_listening()
        self._background.end(self._feeding)
        self._attempts.interrupt_after(grace_s)
        self._worker.stop(timeout=int((grace_s + STOP_MARGIN_S) * 1000))
        self._background.stop()
        self._feed.close()

    def _open_feed(self, registry: Registry) -> Feed:
        middleware: list[Middleware] = [ActorLoop()]
        if self._jobs.broker == "embedded":
            return OutboxFeed(self._jobs, self._leases, self._attempts, self._background, middleware)
        from workers.relay import RelayFeed  # noqa: PLC0415  (two clients the embedded mode needs not)

        return RelayFeed(self._jobs, registry, self._attempts, middleware)

    async def _beat(self) -> float:
        await self._leases.extend()
        return self._jobs.lease_s / HEARTBEATS_PER_LEASE

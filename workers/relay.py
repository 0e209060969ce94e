"""Carries jobs from the outbox to Redis or RabbitMQ; the row stays, so a broker that forgets loses nothing."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from dramatiq import Actor, Broker, Message, Middleware
from dramatiq.brokers.rabbitmq import (
    RabbitmqBroker,
    _RabbitmqConsumer,  # pyright: ignore[reportPrivateUsage]  (the consumer has no public name)
)
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerError
from redis.exceptions import RedisError

from server.core.log import get_logger
from server.core.outbox.job import PRIORITIES
from server.core.outbox.sending import Envelope, Sender
from server.settings import Jobs
from workers.actors import Registry
from workers.attempts import Attempts

log = get_logger(__name__)

UNDECLARED = "undeclared"
"""Stands in for a job name without an actor, so that the job is delivered and found dead with its reason."""

SENT_PER_THREAD = 64
"""How far sending may run ahead of the workers; what lies with the broker is what it can forget."""

PAUSE_WHILE_AWAY_S = 1.0


class NoDelays:
    """Spares Dramatiq's consumers of delayed messages, one more for each queue: what is not due stays in the outbox."""

    def get_declared_delay_queues(self) -> set[str]:
        return set()


class Redis(NoDelays, RedisBroker):
    pass


class ClosingConsumer(_RabbitmqConsumer):
    """Closes its connection also where RabbitMQ closed the channel first (a queue was deleted); Dramatiq leaks it."""

    def close(self) -> None:
        try:
            super().close()
        finally:
            if self.connection.is_open:
                self.connection.close()


class Rabbitmq(NoDelays, RabbitmqBroker):
    @property
    def consumer_class(self) -> type[ClosingConsumer]:
        return ClosingConsumer


def open_broker(jobs: Jobs, middleware: list[Middleware]) -> Broker:
    """Dramatiq's own broker for Redis or for RabbitMQ; nothing is connected yet."""
    if jobs.broker == "redis":
        return Redis(url=jobs.url, namespace=jobs.namespace, middleware=middleware)
    return Rabbitmq(url=jobs.url, confirm_delivery=True, middleware=middleware)


def queue_name(jobs: Jobs, queue: str) -> str:
    """RabbitMQ knows no namespaces; Redis keeps its keys under one already."""
    return f"{jobs.namespace}.{queue}" if jobs.broker == "rabbitmq" else queue


class RelayFeed:
    """Sends what is due; a message carries the row's id, its organisation and the job's name, nothing else."""

    def __init__(self, jobs: Jobs, registry: Registry, attempts: Attempts, middleware: list[Middleware]) -> None:
        self.broker = open_broker(jobs, middleware)
        self.idle_s = jobs.poll_s
        self._jobs = jobs
        self._registry = registry
        self._sender = Sender(jobs.lease_s, window=SENT_PER_THREAD * jobs.threads)
        # Always the same thread: Dramatiq keeps a connection to RabbitMQ for each thread that sends.
        self._sending = ThreadPoolExecutor(max_workers=1, thread_name_prefix="relay")
        self._declare(UNDECLARED, UNDECLARED, PRIORITIES[0], attempts)
        for actor in registry:
            self._declare(actor.job.name, actor.job.queue, actor.job.priority, attempts)

    def _declare(self, name: str, queue: str, priority: int, attempts: Attempts) -> None:
        Actor(
            attempts.receive,
            actor_name=name,
            queue_name=queue_name(self._jobs, queue),
            priority=priority,
            broker=self.broker,
            options={},
        )

    async def step(self) -> float:
        envelopes = await self._sender.take()
        unsent = await asyncio.get_running_loop().run_in_executor(self._sending, self._send, envelopes)
        if unsent:
            await self._sender.take_back(unsent)
            return PAUSE_WHILE_AWAY_S
        return self._jobs.poll_s

    def close(self) -> None:
        self._sending.shutdown()
        self.broker.close()

    def _send(self, envelopes: list[Envelope]) -> list[Envelope]:
        """Send in order; returns those that the broker would not take."""
        for index, envelope in enumerate(envelopes):
            try:
                self.broker.enqueue(self._message(envelope))
            except (BrokerError, RedisError) as error:
                log.warning("relay_broker_away", error=type(error).__qualname__, unsent=len(envelopes) - index)
                return envelopes[index:]
        return []

    def _message(self, envelope: Envelope) -> Message[None]:
        is_declared = self._registry.find(envelope.name) is not None
        return Message[None](
            queue_name=queue_name(self._jobs, envelope.queue if is_declared else UNDECLARED),
            actor_name=envelope.name if is_declared else UNDECLARED,
            args=(str(envelope.id),),
            kwargs={},
            options={"organisation_id": str(envelope.organisation_id)},
        )

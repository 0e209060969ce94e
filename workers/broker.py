"""The embedded broker: Dramatiq straight over the outbox, with nothing beside the database to install."""

from collections.abc import Iterable
from queue import Empty, SimpleQueue
from typing import Any, Never

from dramatiq import Actor, Broker, Consumer, Message, MessageProxy, Middleware

from server.core.outbox.leases import Delivery, Leases
from server.settings import Jobs
from workers.attempts import Attempts
from workers.background import Background

QUEUE = "outbox"
"""All jobs share one Dramatiq queue: what goes first is decided by the rows' priority when they are claimed."""

ACTOR = "perform"


class OutboxFeed:
    """Claims rows while fewer are in hand than there are threads: what waits, waits where any process can take it."""

    idle_s = 0.5  # a claimed job wakes Dramatiq's threads, so this only bounds how long a stop takes

    def __init__(
        self, jobs: Jobs, leases: Leases, attempts: Attempts, background: Background, middleware: list[Middleware]
    ) -> None:
        self.broker = OutboxBroker(leases, background, middleware)
        self._jobs = jobs
        self._leases = leases
        Actor(attempts.perform, actor_name=ACTOR, queue_name=QUEUE, priority=0, broker=self.broker, options={})

    async def step(self) -> float:
        room = self._jobs.threads - self._leases.held
        if room > 0:
            for delivery in await self._leases.claim(room):
                self.broker.claimed.put(delivery)
        return self._jobs.poll_s

    def close(self) -> None:
        self.broker.close()


class OutboxBroker(Broker):
    """What Dramatiq's worker needs of a broker, over the deliveries claimed for this process."""

    def __init__(self, leases: Leases, background: Background, middleware: list[Middleware]) -> None:
        super().__init__(middleware=middleware)
        self.claimed: SimpleQueue[Delivery] = SimpleQueue()
        self._leases = leases
        self._background = background

    def declare_queue(self, queue_name: str) -> None:
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = True
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Never:
        raise NotImplementedError("jobs are written with server.core.outbox.enqueue, inside a transaction")

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 30_000) -> Consumer:
        return OutboxConsumer(self, timeout / 1000)

    def give_back(self, deliveries: list[Delivery]) -> None:
        self._background.run(self._leases.give_back(deliveries))


class OutboxConsumer(Consumer):
    """What Dramatiq draws from; the attempt itself settles the row, so that nothing is left to acknowledge."""

    def __init__(self, broker: OutboxBroker, timeout_s: float) -> None:
        self._broker = broker
        self._timeout_s = timeout_s

    def __next__(self) -> MessageProxy | None:
        try:
            delivery = self._broker.claimed.get(timeout=self._timeout_s)
        except Empty:
            return None
        message = Message[None](QUEUE, ACTOR, args=(delivery,), kwargs={}, options={}, message_id=str(delivery.id))
        return MessageProxy(message)

    def ack(self, message: MessageProxy) -> None:
        """Nothing: see the class."""

    nack = ack

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """At a graceful stop: what Dramatiq holds and has not begun."""
        self._broker.give_back([message.args[0] for message in messages])

    def close(self) -> None:
        """At a graceful stop: what Dramatiq has not even drawn."""
        undrawn: list[Delivery] = []
        while not self._broker.claimed.empty():
            undrawn.append(self._broker.claimed.get())
        self._broker.give_back(undrawn)

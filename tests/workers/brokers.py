"""Each broker for real, under names of its own, swept away afterwards."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Literal, cast
from uuid import uuid4

import pika
import redis

from server.settings import Jobs
from tests.workers.chores import Chore
from workers.relay import UNDECLARED

REDIS_URL = "redis://127.0.0.1:6379/0"
RABBITMQ_URL = "amqp://guest:guest@127.0.0.1:5672"
BrokerKind = Literal["embedded", "redis", "rabbitmq"]
QUEUES = (Chore.queue, "default", UNDECLARED)


@contextmanager
def jobs_over(kind: BrokerKind, *, lease_s: float = 30.0, poll_s: float = 0.05, threads: int = 4) -> Generator[Jobs]:
    url = {"embedded": "", "redis": REDIS_URL, "rabbitmq": RABBITMQ_URL}[kind]
    namespace = f"careferry-test-{uuid4().hex}"
    jobs = Jobs(broker=kind, url=url, namespace=namespace, lease_s=lease_s, poll_s=poll_s, threads=threads)
    try:
        yield jobs
    finally:
        forget(jobs)


def forget(jobs: Jobs) -> None:
    """The broker loses everything it was told."""
    if jobs.broker == "redis":
        with redis.Redis.from_url(jobs.url) as client:
            for key in redis_keys(client, jobs):
                client.delete(key)
    if jobs.broker == "rabbitmq":
        with pika.BlockingConnection(pika.URLParameters(jobs.url)) as connection:
            for queue in QUEUES:
                for suffix in ("", ".DQ", ".XQ"):
                    connection.channel().queue_delete(f"{jobs.namespace}.{queue}{suffix}")


def redis_keys(client: redis.Redis, jobs: Jobs) -> list[bytes]:
    return list(cast("Iterator[bytes]", client.scan_iter(f"{jobs.namespace}:*")))

"""Real processes of Careferry over one of the three stacks, with settings in the environment and a log to read."""

import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import IO, Any, cast
from uuid import uuid4

import httpx
import msgspec
import pika
import pytest
import redis

from server.core.db import platform_wide
from server.core.keys import create_keys
from server.core.platform import Platform, open_platform
from server.settings import PREFIX, S3, Jobs, Messages, Settings, SmsGateway, Web
from tests.core.notices.far_ends import TOKEN, Gateway
from tests.journeys.waiting import until
from tests.support.platforms import Templates, settings_in
from tests.support.seaweedfs import SeaweedFS, free_ports
from tests.workers.brokers import RABBITMQ_URL, REDIS_URL
from workers.discovery import declared_jobs
from workers.relay import UNDECLARED

CAREFERRY = [str(Path(sys.executable).with_name("careferry"))]
LEASE_S, POLL_S = 3.0, 0.1
START_WITHIN_S, STOP_WITHIN_S = 90.0, 60.0


class StackKind(StrEnum):
    EMBEDDED = "sqlite-folder-embedded"
    REDIS = "postgresql-seaweedfs-redis"
    RABBITMQ = "postgresql-seaweedfs-rabbitmq"


NEEDS = {
    StackKind.EMBEDDED: ("bubblewrap",),
    StackKind.REDIS: ("bubblewrap", "postgresql", "seaweedfs", "redis"),
    StackKind.RABBITMQ: ("bubblewrap", "postgresql", "seaweedfs", "rabbitmq"),
}
EVERY_STACK = [pytest.param(kind, marks=pytest.mark.requires(*NEEDS[kind]), id=kind) for kind in StackKind]


class Stack:
    """One installation: its settings, the platform bound in the test's own process, and what left by SMS."""

    def __init__(self, kind: StackKind, folder: Path, platform: Platform, gateway: Gateway) -> None:
        settings = platform.settings
        self.kind = kind
        self.settings = settings
        self.folder = folder
        self.platform = platform
        self.gateway = gateway
        self.environ = {**os.environ, **environ_of(settings)}
        self.url = settings.web.public_url

    @property
    def log(self) -> Path:
        """What every process of the stack wrote, one after the other."""
        return self.folder / "processes.log"

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """One command of Careferry, run to its end; with an `environ` of its own, without the stack's settings."""
        given = self.environ if environ is None else environ
        return subprocess.run([*CAREFERRY, *arguments], env=given, capture_output=True, text=True, check=False)

    @asynccontextmanager
    async def running(self, *roles: str) -> AsyncGenerator[None]:
        """Processes of these commands (`web`, `worker`, `serve`), ready for work; stopped as an operator stops them."""
        with ExitStack() as processes:
            log = processes.enter_context(self.log.open("ab"))
            for role in roles:
                processes.enter_context(_process(role, self.environ, log))
            await self.ready()
            yield

    async def ready(self) -> None:
        """Until the web answers."""
        async with httpx.AsyncClient(base_url=self.url) as client:
            await until(lambda: _answers(client), within_s=START_WITHIN_S, what="the web to answer")


@asynccontextmanager
async def open_stack(
    kind: StackKind, folder: Path, templates: Templates, seaweedfs: SeaweedFS | None, *, host: str = "127.0.0.1"
) -> AsyncGenerator[Stack]:
    """A migrated installation with keys, a bucket and queues of its own; its processes are not yet started."""
    database = "sqlite" if kind is StackKind.EMBEDDED else "postgresql"
    gateway = Gateway()
    await gateway.start()
    try:
        async with templates.copy(database, folder) as database_url:
            with _jobs_of(kind) as jobs:
                bucket = seaweedfs.bucket() if seaweedfs else None
                async with _bound(_settings(folder, database_url, bucket, jobs, gateway, host)) as platform:
                    yield Stack(kind, folder, platform, gateway)
    finally:
        await gateway.stop()


def _settings(folder: Path, database_url: str, s3: S3 | None, jobs: Jobs, gateway: Gateway, host: str) -> Settings:
    (port,) = free_ports(1)
    settings = settings_in(folder, database_url, s3=s3, jobs=jobs)
    return msgspec.structs.replace(
        settings,
        web=Web(public_url=f"http://{host}:{port}", host=host, port=port),
        messages=Messages(sms=SmsGateway(url=gateway.url, token=TOKEN)),
    )


@asynccontextmanager
async def _bound(settings: Settings) -> AsyncGenerator[Platform]:
    create_keys(settings.keys.folder)
    platform = open_platform(settings)
    try:
        with platform_wide():  # the test looks and prepares; the processes bind their own
            yield platform
    finally:
        await platform.engine.close_connection_pool()


@contextmanager
def _jobs_of(kind: StackKind) -> Generator[Jobs]:
    """Brokers of their own names, swept away at the end."""
    namespace = f"careferry-journey-{uuid4().hex}"
    try:
        match kind:
            case StackKind.EMBEDDED:
                yield Jobs(lease_s=LEASE_S, poll_s=POLL_S)
            case StackKind.REDIS:
                yield Jobs(broker="redis", url=REDIS_URL, namespace=namespace, lease_s=LEASE_S, poll_s=POLL_S)
            case StackKind.RABBITMQ:
                yield Jobs(broker="rabbitmq", url=RABBITMQ_URL, namespace=namespace, lease_s=LEASE_S, poll_s=POLL_S)
    finally:
        _forget(kind, namespace)


def _forget(kind: StackKind, namespace: str) -> None:
    if kind is StackKind.REDIS:
        with redis.Redis.from_url(REDIS_URL) as client:
            for key in cast("Iterator[bytes]", client.scan_iter(f"{namespace}:*")):
                client.delete(key)
    if kind is StackKind.RABBITMQ:
        with pika.BlockingConnection(pika.URLParameters(RABBITMQ_URL)) as connection:
            for queue, suffix in product({UNDECLARED, *(job.queue for job in declared_jobs())}, ("", ".DQ", ".XQ")):
                connection.channel().queue_delete(f"{namespace}.{queue}{suffix}")


@contextmanager
def _process(role: str, environ: Mapping[str, str], log: IO[bytes]) -> Generator[None]:
    with subprocess.Popen([*CAREFERRY, role], env=environ, stdout=log, stderr=log) as process:
        try:
            yield
            assert process.poll() is None, f"{role} ended by itself with {process.returncode}; see {log.name}"
            process.terminate()
            process.wait(STOP_WITHIN_S)
        finally:
            process.kill()


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/sign-in")).status_code == 200
    except httpx.TransportError:
        return False


def environ_of(settings: Settings) -> dict[str, str]:
    """The variables from which `load` reads exactly these settings."""
    return dict(_variables(PREFIX.removesuffix("__"), msgspec.to_builtins(settings, enc_hook=str)))


def _variables(name: str, value: Any) -> Generator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _variables(f"{name}__{key.upper()}", inner)
    elif value is not None and not isinstance(value, list | tuple):
        yield name, str(value)

"""The S3 store against a real SeaweedFS: the shared suite, an independent client, and a server in trouble."""

import asyncio
import io
import re
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from minio import Minio

from server.core.faults import Fault, StorageFull, Unavailable
from server.core.objects import ObjectStore, open_objects, s3
from server.core.objects.s3 import S3Store
from server.settings import S3, Limits, Objects
from tests.core.objects.suite import ObjectStoreSuite, keys_of
from tests.support.requirements import LOOPBACK
from tests.support.seaweedfs import SeaweedFS

pytestmark = pytest.mark.requires("seaweedfs")


@pytest.fixture
def bucket(seaweedfs: SeaweedFS) -> S3:
    return seaweedfs.bucket()


@pytest.fixture
def independent(seaweedfs: SeaweedFS) -> Minio:
    """Another implementation of the same protocol."""
    return seaweedfs.client


async def opened(bucket: S3) -> AsyncIterator[ObjectStore]:
    store = open_objects(Objects(s3=bucket), Limits())
    yield store
    await store.close()


class TestS3Store(ObjectStoreSuite):
    store = pytest.fixture(staticmethod(opened))


@pytest.fixture
async def store(bucket: S3) -> AsyncIterator[S3Store]:
    opened = S3Store(bucket)
    yield opened
    await opened.close()


async def test_another_client_reads_and_lists_what_was_put(store: S3Store, bucket: S3, independent: Minio) -> None:
    data = bytes(range(256)) * 40_000
    await store.put("a/large", data)
    await store.put("a-small", b"1")
    answer = independent.get_object(bucket_name=bucket.bucket, object_name="a/large")
    assert answer.read() == data
    answer.close()
    answer.release_conn()
    listed = independent.list_objects(bucket_name=bucket.bucket, recursive=True)
    assert {(found.object_name, found.size) for found in listed} == {("a-small", 1), ("a/large", len(data))}
    assert independent.stat_object(bucket_name=bucket.bucket, object_name="a/large").size == len(data)


async def test_reads_what_another_client_put_and_does_not_overwrite_it(
    store: S3Store, bucket: S3, independent: Minio
) -> None:
    independent.put_object(bucket_name=bucket.bucket, object_name="theirs", data=io.BytesIO(b"first"), length=5)
    await store.put("theirs", b"other")
    assert await store.get("theirs") == b"first"


async def test_lists_past_the_end_of_a_page(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PAGE_KEYS", 3)
    keys = [f"k/{number:02}" for number in range(10)]
    for key in keys:
        await store.put(key, b"1")
    assert await keys_of(store, "k/") == keys


async def test_a_refused_signature_is_told_as_unavailable(bucket: S3) -> None:
    store = S3Store(msgspec.structs.replace(bucket, secret_key="wrong"))
    with pytest.raises(Unavailable, match="SignatureDoesNotMatch"):
        await store.put("k", b"1")
    await store.close()


async def test_a_server_that_is_gone_is_told_as_unavailable(bucket: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "ATTEMPTS", 2)
    with socket.socket() as never_listening:
        never_listening.bind((LOOPBACK, 0))
        endpoint_url = f"http://{LOOPBACK}:{never_listening.getsockname()[1]}"
    store = S3Store(msgspec.structs.replace(bucket, endpoint_url=endpoint_url))
    with pytest.raises(Unavailable):
        await store.get("k")
    await store.close()


@pytest.mark.parametrize(
    "status,fault,requests",
    [
        ("507 Insufficient Storage", StorageFull, 1),
        ("503 Slow Down", Unavailable, 3),
        ("403 Forbidden", Unavailable, 1),
    ],
)
async def test_asks_again_a_bounded_number_of_times_and_tells_what_is_wrong(
    bucket: S3, monkeypatch: pytest.MonkeyPatch, status: str, fault: type[Fault], requests: int
) -> None:
    monkeypatch.setattr(s3, "ATTEMPTS", 3)
    seen: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head)
        if b"expect: 100-continue" in head.lower():
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await reader.readexactly(int(re.findall(rb"(?i)content-length: (\d+)", head)[0]))
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    async with answering(refuse) as endpoint_url:
        store = S3Store(msgspec.structs.replace(bucket, endpoint_url=endpoint_url))
        with pytest.raises(fault):
            await store.put("k", b"1")
        await store.close()
    assert len(seen) == requests


@pytest.mark.parametrize("direction", ["to the server", "from the server"])
async def test_bytes_that_change_on_the_way_are_noticed(
    store: S3Store, bucket: S3, monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    monkeypatch.setattr(s3, "ATTEMPTS", 2)
    content = b"0123456789" * 1000
    await store.put("held", content)
    server = bucket.endpoint_url.removeprefix("http://").split(":")

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(*server)
        forth, back = (b"", content[:20]) if direction == "from the server" else (content[:20], b"")
        await asyncio.gather(copy(reader, server_writer, forth), copy(server_reader, writer, back))

    async with answering(relay) as endpoint_url:
        damaged = S3Store(msgspec.structs.replace(bucket, endpoint_url=endpoint_url))
        with pytest.raises(Unavailable):
            await (damaged.get("held") if direction == "from the server" else damaged.put("new", content))
        await damaged.close()
    assert await keys_of(store) == ["held"]
    assert await store.get("held") == content


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, damaged: bytes) -> None:
    """Pass bytes on; where `damaged` is given, its first occurrence is changed in one bit of its first byte."""
    while data := await reader.read(65536):
        if damaged and damaged in data:
            data = data.replace(damaged, bytes([damaged[0] ^ 1]) + damaged[1:], 1)
        writer.write(data)
    writer.close()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(handle: Handler) -> AsyncGenerator[str]:
    """A server on a free port whose every connection `handle` answers; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    try:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()

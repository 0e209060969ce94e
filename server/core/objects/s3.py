"""An object store over S3 or what speaks its protocol (SeaweedFS, Ceph, Garage, a cloud's own)."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from server.core.faults import StorageFull, Unavailable
from server.core.objects.port import Data, ObjectExists, ObjectInfo, ObjectMissing, check_key
from server.settings import S3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
ATTEMPTS = 4
CONNECTIONS = 32
PAGE_KEYS = 1000


class S3Store:
    """Objects in one bucket, which must exist. boto3 blocks, so every call runs in a thread; its client allows it."""

    def __init__(self, settings: S3) -> None:
        self._bucket = settings.bucket
        self._client = _open_client(settings)

    async def put(self, key: str, data: Data) -> None:
        await asyncio.to_thread(self._put, check_key(key), data)

    async def require_room(self, size_bytes: int) -> None:
        pass  # S3 tells only when it is written to

    async def get(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        return await asyncio.to_thread(self._get, check_key(key), start, length)

    async def size(self, key: str) -> int | None:
        return await asyncio.to_thread(self._size, check_key(key))

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._delete, check_key(key))

    async def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        token = ""
        while True:
            infos, token = await asyncio.to_thread(self._page, prefix, token)
            for info in infos:
                yield info
            if not token:
                return

    async def close(self) -> None:
        await asyncio.to_thread(self._client.close)

    def _put(self, key: str, data: Data) -> None:
        body = bytes(data)
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        try:
            with _translate():
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*", ChecksumSHA256=checksum
                )
        except _AlreadyThere:
            if self._size(key) != len(body):
                raise ObjectExists from None

    def _get(self, key: str, start: int, length: int | None) -> bytes:
        # Without a range the answer carries the checksum of the whole, which boto3 compares while reading.
        part: Any = {} if (start, length) == (0, None) else {"Range": _range(start, length)}
        try:
            with _translate():
                return self._client.get_object(Bucket=self._bucket, Key=key, **part)["Body"].read()
        except _PastTheEnd:
            return b""

    def _size(self, key: str) -> int | None:
        try:
            with _translate():
                return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
        except ObjectMissing:
            return None

    def _delete(self, key: str) -> None:
        with _translate():
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def _page(self, prefix: str, token: str) -> tuple[Sequence[ObjectInfo], str]:
        """One page of the listing, and the token of the next ("" after the last)."""
        more: Any = {"ContinuationToken": token} if token else {}
        with _translate():
            page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, MaxKeys=PAGE_KEYS, **more)
        return [_info_of(found) for found in page.get("Contents", ())], page.get("NextContinuationToken", "")


class _AlreadyThere(Exception):
    """The key holds something."""


class _PastTheEnd(Exception):
    """The range begins after the object's last byte."""


def _range(start: int, length: int | None) -> str:
    return f"bytes={start}-" if length is None else f"bytes={start}-{start + length - 1}"


def _info_of(found: Any) -> ObjectInfo:
    return ObjectInfo(key=found["Key"], size_bytes=found["Size"], stored_at=found["LastModified"].astimezone(UTC))


@contextmanager
def _translate() -> Generator[None]:
    """What S3 answers in trouble, as the port's faults."""
    try:
        yield
    except ClientError as error:
        raise _fault_of(error) from error
    except BotoCoreError as error:
        raise Unavailable("The object store did not answer in time.") from error


def _fault_of(error: ClientError) -> Exception:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = error.response.get("Error", {}).get("Code", "")
    if code == "NoSuchBucket":
        return Unavailable("The object store has no such bucket.")
    if status == HTTPStatus.NOT_FOUND:
        return ObjectMissing()
    if status == HTTPStatus.PRECONDITION_FAILED:
        return _AlreadyThere()
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return _PastTheEnd()
    if status == HTTPStatus.INSUFFICIENT_STORAGE or code in {"XMinioStorageFull", "QuotaExceeded"}:
        return StorageFull("The object store has no room left.")
    return Unavailable(inside=f"the object store refused: {code or status}")


def _open_client(settings: S3) -> "S3Client":
    return boto3.client(  # pyright: ignore[reportUnknownMemberType]
        "s3",
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key,
        config=Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            max_pool_connections=CONNECTIONS,
            s3={"addressing_style": "path"},
        ),
    )

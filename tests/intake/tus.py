"""Speaks tus 1.0.0 by hand, so that tests can say each header right and wrong."""

import base64
from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import httpx

from server.contract.upload import (
    METADATA_CASE,
    METADATA_MEDIA_TYPE,
    METADATA_PART,
    METADATA_PATIENT,
    METADATA_SHA256,
    UPLOADS_PATH,
)
from server.intake.schemas import NewUpload
from tests.intake.application import ACTOR_HEADER

RESUMABLE = {"Tus-Resumable": "1.0.0"}
PIECE_TYPE = {"Content-Type": "application/offset+octet-stream"}


def metadata(values: Mapping[str, str]) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def metadata_of(new: NewUpload) -> dict[str, str]:
    return {
        METADATA_CASE: str(new.case_id),
        METADATA_PATIENT: str(new.patient_id),
        METADATA_PART: str(new.part_id),
        METADATA_SHA256: new.sha256,
        METADATA_MEDIA_TYPE: new.media_type,
    }


def creation_headers(new: NewUpload) -> dict[str, str]:
    return {"Upload-Length": str(new.length_bytes), "Upload-Metadata": metadata(metadata_of(new)), **RESUMABLE}


class TusClient:
    """One actor's requests."""

    def __init__(self, http: httpx.AsyncClient, actor: str) -> None:
        self.http = http
        self._actor = {ACTOR_HEADER: actor} if actor else {}

    async def send(
        self,
        method: str,
        url: str = UPLOADS_PATH,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        """Exactly these headers, and who it is."""
        return await self.http.request(method, url, headers={**self._actor, **(headers or {})}, content=content)

    async def create(self, new: NewUpload) -> httpx.Response:
        return await self.send("POST", headers=creation_headers(new))

    async def location(self, new: NewUpload) -> str:
        """The address of an upload that was created without trouble."""
        created = await self.create(new)
        assert created.status_code == 201, created.text
        return created.headers["Location"]

    async def patch(
        self, url: str, offset: int, content: bytes | AsyncIterator[bytes], **headers: str
    ) -> httpx.Response:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send("PATCH", url, {"Upload-Offset": str(offset), **RESUMABLE, **PIECE_TYPE, **said}, content)

    async def head(self, url: str) -> httpx.Response:
        return await self.send("HEAD", url, RESUMABLE)

    async def offset(self, url: str) -> int:
        answer = await self.head(url)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    async def delete(self, url: str) -> httpx.Response:
        return await self.send("DELETE", url, RESUMABLE)


def checksum(algorithm: str, digest: bytes) -> str:
    return f"{algorithm} {base64.b64encode(digest).decode()}"


def actor_name(actor_id: UUID) -> str:
    return actor_id.hex

"""Conformance with tus 1.0.0: every requirement of the core protocol and of the extensions that are offered."""

import hashlib
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import pytest

from server.contract.upload import UPLOADS_PATH
from server.core.platform import Platform
from tests.intake.clinic import Clinic, declare
from tests.intake.tus import PIECE_TYPE, RESUMABLE, TusClient, checksum, creation_headers, metadata, metadata_of

CONTENT = bytes(range(256)) * 40
HALF = len(CONTENT) // 2


@pytest.fixture
async def platform(sqlite_platform: Platform) -> Platform:
    """What HTTP says does not depend on the database; the other suites run on both."""
    return sqlite_platform


@pytest.fixture
async def url(client: TusClient, clinic: Clinic) -> str:
    """An upload of CONTENT that has no bytes yet."""
    return await client.location(declare(CONTENT, clinic.patient_id))


async def test_options_describes_the_server_without_version_or_sign_in(client: TusClient) -> None:
    answer = await client.http.request("OPTIONS", UPLOADS_PATH)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,termination,expiration"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert int(answer.headers["Tus-Max-Size"]) == 256 * 1024 * 1024


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0", "2.0.0"])
@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
async def test_another_version_is_refused_and_nothing_is_done(
    client: TusClient, url: str, method: str, version: str | None
) -> None:
    headers = {"Upload-Offset": "0", **PIECE_TYPE, **({"Tus-Resumable": version} if version else {})}
    target = UPLOADS_PATH if method == "POST" else url
    answer = await client.send(method, target, headers, CONTENT if method == "PATCH" else None)
    assert answer.status_code == 412
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert await client.offset(url) == 0


async def test_every_answer_names_the_version_and_stays_out_of_caches(
    client: TusClient, clinic: Clinic, url: str
) -> None:
    answers = [
        await client.create(declare(CONTENT, clinic.patient_id)),
        await client.head(url),
        await client.patch(url, 0, CONTENT[:HALF]),
        await client.patch(url, 1, CONTENT),
        await client.head(f"{UPLOADS_PATH}/nothing"),
        await client.delete(url),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 204, 409, 404, 204]
    assert {answer.headers["Tus-Resumable"] for answer in answers} == {"1.0.0"}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


async def test_creation_answers_an_address_and_when_it_expires(
    client: TusClient, clinic: Clinic, platform: Platform
) -> None:
    answer = await client.create(declare(CONTENT, clinic.patient_id))
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith(f"{UPLOADS_PATH}/")
    lasts = parsedate_to_datetime(answer.headers["Upload-Expires"]) - platform.clock.now()
    assert lasts.total_seconds() == platform.settings.limits.upload_expires_h * 3600


async def test_head_tells_offset_length_and_the_metadata_as_it_was_sent(client: TusClient, clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    sent = metadata({**metadata_of(new), "filename": "mole.jpg", "flag": ""})
    created = await client.send("POST", headers={**creation_headers(new), "Upload-Metadata": sent})
    answer = await client.head(created.headers["Location"])
    assert answer.headers["Upload-Offset"] == "0"
    assert answer.headers["Upload-Length"] == str(len(CONTENT))
    assert answer.headers["Upload-Metadata"] == sent


async def test_patches_move_the_offset_until_the_upload_is_whole(client: TusClient, url: str) -> None:
    first = await client.patch(url, 0, CONTENT[:HALF])
    second = await client.patch(url, HALF, CONTENT[HALF:])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(HALF))
    assert "Upload-Expires" in first.headers
    assert (second.status_code, second.headers["Upload-Offset"]) == (204, str(len(CONTENT)))
    assert await client.offset(url) == len(CONTENT)


async def test_an_empty_patch_changes_nothing(client: TusClient, url: str) -> None:
    answer = await client.patch(url, 0, b"")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "0")


async def test_a_patch_at_the_end_of_a_whole_upload_is_answered_alike(client: TusClient, url: str) -> None:
    await client.patch(url, 0, CONTENT)
    answer = await client.patch(url, len(CONTENT), b"")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(CONTENT)))


@pytest.mark.parametrize("offset", [1, HALF - 1, HALF + 1, len(CONTENT)])
async def test_another_offset_is_a_conflict(client: TusClient, url: str, offset: int) -> None:
    await client.patch(url, 0, CONTENT[:HALF])
    answer = await client.patch(url, offset, CONTENT[:1])
    assert answer.status_code == 409
    assert await client.offset(url) == HALF


@pytest.mark.parametrize("offset", [None, "-1", "1.5"])
async def test_an_offset_that_is_no_count_is_refused(client: TusClient, url: str, offset: str | None) -> None:
    said = {} if offset is None else {"Upload-Offset": offset}
    answer = await client.send("PATCH", url, {**said, **RESUMABLE, **PIECE_TYPE}, CONTENT)
    assert answer.status_code == 400
    assert await client.offset(url) == 0


@pytest.mark.parametrize("content_type", [None, "application/octet-stream", "image/jpeg"])
async def test_another_content_type_is_refused(client: TusClient, url: str, content_type: str | None) -> None:
    said = {"Content-Type": content_type} if content_type else {}
    answer = await client.send("PATCH", url, {"Upload-Offset": "0", **RESUMABLE, **said}, CONTENT)
    assert answer.status_code == 415
    assert await client.offset(url) == 0


async def test_more_bytes_than_declared_are_refused_before_they_are_read(client: TusClient, url: str) -> None:
    answer = await client.patch(url, 0, CONTENT + b"x")
    assert answer.status_code == 413
    assert await client.offset(url) == 0


async def test_more_bytes_than_declared_are_refused_without_a_content_length(client: TusClient, url: str) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield CONTENT
        yield b"x"

    answer = await client.patch(url, 0, body())
    assert answer.status_code == 413
    assert await client.offset(url) == 0


@pytest.mark.parametrize(
    "change, status",
    [
        ({"Upload-Length": "ten"}, 400),
        ({"Upload-Length": "0"}, 400),
        ({"Upload-Length": str(256 * 1024 * 1024 + 1)}, 413),
        ({"Upload-Length": str(2 * 1024**3)}, 413),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Metadata": ""}, 400),
    ],
)
async def test_a_creation_that_cannot_be_accepted_is_refused(
    client: TusClient, clinic: Clinic, change: dict[str, str], status: int
) -> None:
    headers = {**creation_headers(declare(CONTENT, clinic.patient_id)), **change}
    answer = await client.send("POST", headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"]


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
async def test_a_body_with_its_checksum_is_kept(client: TusClient, url: str, algorithm: str) -> None:
    digest = hashlib.new(algorithm, CONTENT[:HALF]).digest()
    answer = await client.patch(url, 0, CONTENT[:HALF], Upload_Checksum=checksum(algorithm, digest))
    assert answer.status_code == 204
    assert await client.offset(url) == HALF


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
async def test_a_body_without_its_checksum_is_not_kept(client: TusClient, url: str, algorithm: str) -> None:
    digest = hashlib.new(algorithm, CONTENT[:HALF]).digest()
    answer = await client.patch(url, 0, CONTENT[1 : HALF + 1], Upload_Checksum=checksum(algorithm, digest))
    assert answer.status_code == 460
    assert await client.offset(url) == 0
    assert (await client.patch(url, 0, CONTENT)).status_code == 204


@pytest.mark.parametrize("header", ["", "md5 YQ=="])
async def test_a_checksum_that_is_not_offered_is_a_bad_request(client: TusClient, url: str, header: str) -> None:
    answer = await client.patch(url, 0, CONTENT, Upload_Checksum=header)
    assert answer.status_code == 400
    assert await client.offset(url) == 0


async def test_a_terminated_upload_is_gone(client: TusClient, url: str) -> None:
    await client.patch(url, 0, CONTENT[:HALF])
    assert (await client.delete(url)).status_code == 204
    assert (await client.head(url)).status_code == 410
    assert (await client.patch(url, HALF, CONTENT[HALF:])).status_code == 410
    assert (await client.delete(url)).status_code == 410


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
async def test_what_was_never_created_is_not_found(client: TusClient, method: str) -> None:
    headers = {"Upload-Offset": "0", **RESUMABLE, **PIECE_TYPE}
    answer = await client.send(method, f"{UPLOADS_PATH}/{'a' * 43}", headers, b"x" if method == "PATCH" else None)
    assert answer.status_code == 404


async def test_the_method_may_be_overridden_by_a_header(client: TusClient, url: str) -> None:
    headers = {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH", **RESUMABLE, **PIECE_TYPE}
    assert (await client.send("POST", url, headers, CONTENT[:HALF])).status_code == 204
    shown = await client.send("POST", url, {"X-HTTP-Method-Override": "HEAD", **RESUMABLE})
    assert shown.headers["Upload-Offset"] == str(HALF)
    assert (await client.send("POST", url, {"X-HTTP-Method-Override": "DELETE", **RESUMABLE})).status_code == 204
    assert (await client.head(url)).status_code == 410
    assert (await client.send("POST", url, {"X-HTTP-Method-Override": "PUT", **RESUMABLE})).status_code == 400


async def test_a_creation_may_bring_the_first_bytes(client: TusClient, clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    headers = {**creation_headers(new), **PIECE_TYPE}
    begun = await client.send("POST", UPLOADS_PATH, headers, CONTENT[:HALF])
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, str(HALF))
    url = begun.headers["Location"]
    assert (await client.patch(url, HALF, CONTENT[HALF:])).status_code == 204
    again = await client.send("POST", UPLOADS_PATH, headers, CONTENT)
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (url, str(len(CONTENT)))


async def test_a_creation_that_brings_too_much_or_what_was_not_announced_keeps_none_of_it(
    client: TusClient, clinic: Clinic
) -> None:
    headers = {**creation_headers(declare(CONTENT, clinic.patient_id)), **PIECE_TYPE}
    too_much = await client.send("POST", UPLOADS_PATH, headers, CONTENT + b"!")
    assert too_much.status_code == 413
    found = await client.send("POST", UPLOADS_PATH, {**headers, "Content-Type": "text/plain"})
    assert found.headers["Upload-Offset"] == "0"
    other = bytes(len(CONTENT))
    assert (await client.send("POST", UPLOADS_PATH, headers, other)).status_code == 422

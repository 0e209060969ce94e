"""Creating an upload: for one's own patients, once, within the limits, only where there is room."""

import asyncio
from typing import Any

import msgspec
import pytest

from server.core.access import Role
from server.core.access.grants import end_grant
from server.core.db import transaction
from server.core.faults import Forbidden, KeyReused, NotFound, StorageFull
from server.core.objects import open_objects
from server.core.platform import Platform, bind_platform
from server.intake import queries, service
from server.intake.faults import EmptyUpload, TooManyPending, UploadTooLarge
from server.intake.lifecycle import UploadState
from server.intake.tables import Upload
from server.settings import Limits
from tests.intake.application import ACTOR_HEADER
from tests.intake.bodies import patch, upload_whole, whole
from tests.intake.clinic import Clinic, declare, register
from tests.intake.conftest import As
from tests.intake.records import jobs_of, objects, only_row
from tests.support.people import make_person

CONTENT = b"a photograph of a mole" * 400


def limit(platform: Platform, **limits: Any) -> None:
    settings = msgspec.structs.replace(platform.settings, limits=Limits(**limits))
    bind_platform(msgspec.structs.replace(platform, settings=settings))


async def test_the_same_creation_again_gets_the_same_address(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    first = await service.create_upload(clinic.worker, new)
    await patch(clinic.worker, first.token, 0, whole(CONTENT[:100]))
    again = await service.create_upload(clinic.worker, new)
    assert again.token == first.token
    assert (await service.upload_progress(clinic.worker, again.token)).received_bytes == 100
    assert await Upload.count() == 1


async def test_concurrent_creations_make_one_upload(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    made = await asyncio.gather(*(service.create_upload(clinic.worker, new) for _ in range(8)))
    assert len({created.token for created in made}) == 1
    assert await Upload.count() == 1


@pytest.mark.parametrize("other", ["case", "part", "digest", "owner"])
async def test_anything_else_gets_an_upload_of_its_own(clinic: Clinic, other: str) -> None:
    new = declare(CONTENT, clinic.patient_id)
    first = await service.create_upload(clinic.worker, new)
    changed = declare(
        CONTENT + b"!" if other == "digest" else CONTENT,
        clinic.patient_id,
        case_id=None if other == "case" else new.case_id,
        part_id=None if other == "part" else new.part_id,
    )
    second = await service.create_upload(clinic.colleague if other == "owner" else clinic.worker, changed)
    assert second.token != first.token


async def test_the_same_digest_with_another_length_is_a_conflict(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await service.create_upload(clinic.worker, new)
    with pytest.raises(KeyReused):
        await service.create_upload(clinic.worker, msgspec.structs.replace(new, length_bytes=1))


async def test_after_termination_the_same_file_can_be_sent_again(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    first = await service.create_upload(clinic.worker, new)
    await service.terminate(clinic.worker, first.token)
    second = await service.create_upload(clinic.worker, new)
    assert second.token != first.token
    assert (await upload_whole(clinic.worker, second.token, CONTENT)).is_whole


async def test_after_expiry_the_same_file_can_be_sent_again_before_any_sweep(
    clinic: Clinic, platform: Platform
) -> None:
    new = declare(CONTENT, clinic.patient_id)
    first = await service.create_upload(clinic.worker, new)
    platform.clock.advance(hours=platform.settings.limits.upload_expires_h)  # type: ignore[attr-defined]
    second = await service.create_upload(clinic.worker, new)
    assert second.token != first.token
    assert (await queries.get_own_upload(clinic.worker, first.token)).state == UploadState.EXPIRED


async def test_the_address_is_nowhere_in_the_row(clinic: Clinic) -> None:
    created = await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))
    row = await only_row(Upload)
    assert created.token not in repr(row)
    assert created.token.encode() not in row["sealed"]


async def test_an_upload_is_useless_to_anyone_else(clinic: Clinic, acting: As) -> None:
    new = declare(CONTENT, clinic.patient_id)
    url = await acting(clinic.worker).location(new)
    for other in (clinic.colleague, clinic.patient, clinic.stranger):
        client = acting(other)
        answers = [await client.head(url), await client.patch(url, 0, CONTENT), await client.delete(url)]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert await acting(clinic.worker).offset(url) == 0


async def test_nobody_uploads_without_signing_in(clinic: Clinic, acting: As) -> None:
    url = await acting(clinic.worker).location(declare(CONTENT, clinic.patient_id))
    nobody = acting(None)
    answers = [
        await nobody.create(declare(CONTENT, clinic.patient_id)),
        await nobody.head(url),
        await nobody.patch(url, 0, CONTENT),
        await nobody.delete(url),
        await nobody.send("PATCH", url, {ACTOR_HEADER: "0" * 32}),
    ]
    assert {answer.status_code for answer in answers} == {401}


async def test_another_clinics_patient_is_not_there(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        await service.create_upload(clinic.stranger, declare(CONTENT, clinic.patient_id))
    with pytest.raises(NotFound):
        await service.create_upload(clinic.patient, declare(CONTENT, await register(clinic.worker)))


async def test_a_role_that_sends_nothing_may_not_upload(clinic: Clinic) -> None:
    specialist = await make_person(clinic.organisation_id, Role.SPECIALIST)
    with pytest.raises(Forbidden):
        await service.create_upload(specialist, declare(CONTENT, clinic.patient_id))


async def test_a_grant_that_ended_ends_the_upload_for_its_creator(clinic: Clinic) -> None:
    created = await service.create_upload(clinic.patient, declare(CONTENT, clinic.patient_id))
    await patch(clinic.patient, created.token, 0, whole(CONTENT[:10]))
    await end_grant(patient_id=clinic.patient_id, grantee_id=clinic.patient.actor_id)
    with pytest.raises(NotFound):
        await patch(clinic.patient, created.token, 10, whole(CONTENT[10:]))


async def test_the_size_is_limited(clinic: Clinic, platform: Platform) -> None:
    limit(platform, upload_bytes=len(CONTENT))
    with pytest.raises(UploadTooLarge):
        await service.create_upload(clinic.worker, declare(CONTENT + b"!", clinic.patient_id))
    with pytest.raises(EmptyUpload):
        await service.create_upload(clinic.worker, declare(b"", clinic.patient_id))
    assert await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))


async def test_pending_uploads_are_limited_per_owner(clinic: Clinic, platform: Platform) -> None:
    limit(platform, pending_uploads_per_owner=2)
    first = await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))
    whole_one = declare(CONTENT, clinic.patient_id)
    second = await service.create_upload(clinic.worker, whole_one)
    await upload_whole(clinic.worker, second.token, CONTENT)
    with pytest.raises(TooManyPending):
        await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))
    assert await service.create_upload(clinic.worker, whole_one)  # the same one again is no further one
    assert await service.create_upload(clinic.colleague, declare(CONTENT, clinic.patient_id))
    await service.terminate(clinic.worker, first.token)
    assert await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))


async def test_what_a_case_answers_for_is_no_longer_pending(clinic: Clinic, platform: Platform) -> None:
    limit(platform, pending_uploads_per_owner=1)
    new = declare(CONTENT, clinic.patient_id)
    created = await service.create_upload(clinic.worker, new)
    await upload_whole(clinic.worker, created.token, CONTENT)
    (held,) = (await service.held(clinic.worker, new.case_id, clinic.patient_id)).values()
    async with transaction():
        await service.hold(clinic.worker, held.upload_id)
    assert await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))


class FullDisk:
    """An object store whose disk has no room, as the folder's is when `statvfs` says so."""

    def __init__(self, store: Any, *, tells_before: bool) -> None:
        self._store = store
        self._tells_before = tells_before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def require_room(self, size_bytes: int) -> None:
        if self._tells_before:
            raise StorageFull

    async def put(self, key: str, data: bytes) -> None:
        raise StorageFull


async def test_without_room_nothing_is_created(clinic: Clinic, platform: Platform) -> None:
    bind_platform(msgspec.structs.replace(platform, objects=FullDisk(platform.objects, tells_before=True)))
    with pytest.raises(StorageFull):
        await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))
    assert not await Upload.exists()


@pytest.mark.parametrize("tells_before", [True, False])
async def test_when_the_disk_fills_nothing_is_acknowledged_and_what_was_stays(
    clinic: Clinic, acting: As, platform: Platform, tells_before: bool
) -> None:
    client = acting(clinic.worker)
    url = await client.location(declare(CONTENT, clinic.patient_id))
    await client.patch(url, 0, CONTENT[:100])
    bind_platform(msgspec.structs.replace(platform, objects=FullDisk(platform.objects, tells_before=tells_before)))
    refused = await client.patch(url, 100, CONTENT[100:])
    assert refused.status_code == 507
    assert refused.json()["kept"]
    assert await client.offset(url) == 100
    bind_platform(platform)
    assert (await client.patch(url, 100, CONTENT[100:])).status_code == 204
    assert len(await jobs_of("intake.upload_completed")) == 1
    assert len(await objects(platform)) == 1


async def test_the_folder_keeps_its_reserve(clinic: Clinic, platform: Platform) -> None:
    """With the real store, whose limit is more than any disk has."""
    store = open_objects(platform.settings.objects, Limits(free_disk_bytes=2**62))
    bind_platform(msgspec.structs.replace(platform, objects=store))
    with pytest.raises(StorageFull):
        await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))

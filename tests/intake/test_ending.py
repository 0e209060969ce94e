"""How uploads end: held, consumed, terminated, expired; and that what is cleared away is nobody's any more."""

import os
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from server.core import vault
from server.core.access import system_actor
from server.core.db import transaction
from server.core.faults import NotFound
from server.core.objects import ObjectMissing
from server.core.outbox import PLATFORM_WIDE
from server.core.platform import Platform
from server.core.vault import Tampered
from server.intake import queries, service
from server.intake.faults import UploadEnded, UploadInUse
from server.intake.jobs import ExpireUploads, RemovePieces, SweepOrphans
from server.intake.lifecycle import UploadState
from server.intake.schemas import HeldUpload, NewUpload
from server.intake.service.ending import ORPHAN_AFTER
from server.intake.tables import Upload, UploadPiece
from tests.intake.bodies import patch, upload_whole, whole
from tests.intake.clinic import Clinic, declare, register
from tests.intake.records import audited, jobs_of, objects, only_row
from workers.actors import registry
from workers.intake import expire_uploads, remove_pieces

CONTENT = b"a photograph of a mole" * 400


async def send(clinic: Clinic, new: NewUpload) -> str:
    created = await service.create_upload(clinic.worker, new)
    await upload_whole(clinic.worker, created.token, CONTENT)
    return created.token


async def held_of(clinic: Clinic, new: NewUpload) -> HeldUpload:
    return (await service.held(clinic.worker, new.case_id, clinic.patient_id))[new.sha256]


async def state_of(clinic: Clinic, token: str) -> str:
    return (await queries.get_own_upload(clinic.worker, token)).state


async def test_a_case_finds_its_whole_uploads_by_digest(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await send(clinic, new)
    unfinished = declare(CONTENT + b"!", clinic.patient_id, case_id=new.case_id)
    await service.create_upload(clinic.worker, unfinished)
    for actor in (clinic.worker, clinic.patient, system_actor(clinic.organisation_id)):
        found = await service.held(actor, new.case_id, clinic.patient_id)
        assert list(found) == [new.sha256]
        upload = found[new.sha256]
        assert (upload.part_id, upload.size_bytes, upload.media_type) == (new.part_id, len(CONTENT), "image/jpeg")
        assert await service.read_upload(actor, upload.upload_id) == CONTENT


async def test_a_case_is_given_no_upload_of_another_patient_or_case(clinic: Clinic) -> None:
    new = declare(CONTENT, await register(clinic.worker))
    await send(clinic, new)
    assert await service.held(clinic.worker, new.case_id, clinic.patient_id) == {}
    assert await service.held(clinic.worker, uuid4(), new.patient_id) == {}
    assert await service.held(clinic.stranger, new.case_id, new.patient_id) == {}


async def test_what_is_held_neither_expires_nor_can_be_terminated(clinic: Clinic, platform: Platform) -> None:
    new = declare(CONTENT, clinic.patient_id)
    token = await send(clinic, new)
    upload = await held_of(clinic, new)
    await service.hold(clinic.worker, upload.upload_id)
    await service.hold(clinic.worker, upload.upload_id)
    platform.clock.advance(days=400)  # type: ignore[attr-defined]
    assert await service.expire_uploads() == 0
    with pytest.raises(UploadInUse):
        await service.terminate(clinic.worker, token)
    assert await service.read_upload(clinic.worker, upload.upload_id) == CONTENT
    assert await held_of(clinic, new) == msgspec.structs.replace(upload, is_held=True)
    assert await audited(upload.upload_id) == ["upload:completed", "upload:held"]


@pytest.mark.parametrize("keep", [True, False])
async def test_a_consumed_upload_keeps_its_pieces_only_where_it_is_told_to(
    clinic: Clinic, platform: Platform, keep: bool
) -> None:
    new = declare(CONTENT, clinic.patient_id)
    token = await send(clinic, new)
    upload = await held_of(clinic, new)
    for _ in range(2):
        async with transaction():
            await service.consume(system_actor(clinic.organisation_id), upload.upload_id, keep=keep)
    await run_removals()
    assert bool(await objects(platform)) is keep
    if keep:
        assert await service.read_upload(clinic.worker, upload.upload_id) == CONTENT
    assert await service.held(clinic.worker, new.case_id, clinic.patient_id) == {}
    assert (await service.upload_progress(clinic.worker, token)).received_bytes == len(CONTENT)
    assert (await service.create_upload(clinic.worker, new)).token == token


async def test_consuming_that_is_rolled_back_loses_nothing(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await send(clinic, new)
    upload = await held_of(clinic, new)

    async def consume_and_fail() -> None:
        async with transaction():
            await service.consume(clinic.worker, upload.upload_id, keep=False)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await consume_and_fail()
    await run_removals()
    assert await service.read_upload(clinic.worker, upload.upload_id) == CONTENT


async def test_no_receipt_can_be_given_for_what_has_ended(clinic: Clinic, platform: Platform) -> None:
    new = declare(CONTENT, clinic.patient_id)
    token = await send(clinic, new)
    upload = await held_of(clinic, new)
    await service.terminate(clinic.worker, token)
    for verb in (service.hold(clinic.worker, upload.upload_id), service.read_upload(clinic.worker, upload.upload_id)):
        with pytest.raises(UploadEnded):
            await verb
    await service.remove_pieces(upload.upload_id)
    assert not await objects(platform)


async def test_the_expired_are_ended_and_removed(clinic: Clinic, platform: Platform) -> None:
    unfinished = await service.create_upload(clinic.worker, declare(CONTENT, clinic.patient_id))
    await patch(clinic.worker, unfinished.token, 0, whole(CONTENT[:10]))
    unclaimed = await send(clinic, declare(CONTENT, clinic.patient_id))
    platform.clock.advance(hours=platform.settings.limits.upload_expires_h)  # type: ignore[attr-defined]
    fresh = await send(clinic, declare(CONTENT, clinic.patient_id))
    with pytest.raises(UploadEnded, match="time ran out"):
        await service.upload_progress(clinic.worker, unfinished.token)
    await expire_uploads(ExpireUploads(organisation_id=PLATFORM_WIDE))
    assert [await state_of(clinic, token) for token in (unfinished.token, unclaimed, fresh)] == [
        UploadState.EXPIRED,
        UploadState.EXPIRED,
        UploadState.COMPLETE,
    ]
    await run_removals()
    assert len(await objects(platform)) == 1


async def test_orphans_are_swept_when_they_are_old_and_only_they(clinic: Clinic, platform: Platform) -> None:
    token = await send(clinic, declare(CONTENT, clinic.patient_id))
    (named,) = await objects(platform)
    upload_id = (await queries.get_own_upload(clinic.worker, token)).id
    old, young = f"uploads/{upload_id}/0-old", f"uploads/{uuid4()}/0-young"
    for key in (old, young):
        await platform.objects.put(key, b"left by a crash")
    folder = platform.settings.objects.folder
    assert folder is not None
    young_at = platform.clock.now().timestamp()
    old_at = (platform.clock.now() - ORPHAN_AFTER - timedelta(seconds=1)).timestamp()
    os.utime(folder / young, (young_at, young_at))
    for key in (old, named):
        os.utime(folder / key, (old_at, old_at))
    assert await service.sweep_orphans() == 1
    assert await objects(platform) == {named, young}


async def test_a_piece_of_another_upload_in_its_place_is_noticed(clinic: Clinic) -> None:
    new, other = declare(CONTENT, clinic.patient_id), declare(CONTENT[::-1], clinic.patient_id)
    await send(clinic, new)
    created = await service.create_upload(clinic.worker, other)
    await upload_whole(clinic.worker, created.token, CONTENT[::-1])
    (taken,) = await queries.pieces_of(await queries.get_own_upload(clinic.worker, created.token))
    await UploadPiece.delete().where(UploadPiece.id == taken.id)
    upload = await held_of(clinic, new)
    await UploadPiece.update({"object_key": taken.object_key}).where(UploadPiece.upload_id == upload.upload_id)
    with pytest.raises(Tampered):
        await service.read_upload(clinic.worker, upload.upload_id)


async def test_a_flipped_bit_is_noticed(clinic: Clinic, platform: Platform) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await send(clinic, new)
    (key,) = await objects(platform)
    sealed = await platform.objects.get(key)
    await platform.objects.delete(key)
    await platform.objects.put(key, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(Tampered):
        await service.read_upload(clinic.worker, (await held_of(clinic, new)).upload_id)


async def test_a_missing_row_in_the_middle_is_noticed(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await send(clinic, new)
    upload = await held_of(clinic, new)
    await UploadPiece.delete().where(UploadPiece.upload_id == upload.upload_id)
    with pytest.raises(Tampered):
        await service.read_upload(clinic.worker, upload.upload_id)


async def test_a_shredded_vault_leaves_nothing_to_read(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await send(clinic, new)
    upload = await held_of(clinic, new)
    await vault.shred(system_actor(clinic.organisation_id), clinic.vault_id)
    with pytest.raises(vault.Shredded):
        await service.read_upload(clinic.worker, upload.upload_id)


async def test_nothing_plain_is_stored(clinic: Clinic, platform: Platform) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await send(clinic, new)
    for key in await objects(platform):
        assert b"photograph" not in await platform.objects.get(key)
    row = await only_row(Upload)
    assert new.sha256 not in repr(row)


async def test_another_organisations_uploads_are_not_there(clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await send(clinic, new)
    upload = await held_of(clinic, new)
    for verb in (
        service.read_upload(clinic.stranger, upload.upload_id),
        service.hold(clinic.stranger, upload.upload_id),
        service.consume(clinic.stranger, upload.upload_id, keep=False),
    ):
        with pytest.raises(NotFound):
            await verb


async def test_an_object_that_is_gone_is_told(clinic: Clinic, platform: Platform) -> None:
    new = declare(CONTENT, clinic.patient_id)
    await send(clinic, new)
    upload = await held_of(clinic, new)
    for key in await objects(platform):
        await platform.objects.delete(key)
    with pytest.raises(ObjectMissing):
        await service.read_upload(clinic.worker, upload.upload_id)


async def run_removals() -> None:
    """What the workers do."""
    for job in await jobs_of(RemovePieces.name):
        await remove_pieces(msgspec.convert(job, RemovePieces))


def test_every_job_of_the_intake_has_an_actor() -> None:
    registry.check_all_declared([RemovePieces, ExpireUploads, SweepOrphans])
    assert {periodic.job for periodic in registry.timetable} >= {ExpireUploads, SweepOrphans}

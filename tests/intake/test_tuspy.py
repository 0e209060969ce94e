"""An independent client, tuspy, against a real web process: every database and both object stores."""

import asyncio
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError
from tusclient.uploader.uploader import Uploader

from server.contract.upload import UPLOADS_PATH
from server.core.access import Actor
from server.core.platform import Platform
from server.intake import service
from server.intake.schemas import NewUpload
from tests.intake.application import ACTOR_HEADER
from tests.intake.clinic import Clinic, declare, make_clinic
from tests.intake.processes import WebProcess, web_process
from tests.intake.tus import actor_name, metadata_of
from tests.support.platforms import Templates, platform_on
from tests.support.seaweedfs import SeaweedFS

CONTENT = Random(3).randbytes(2_500_000)


def uploader(web: WebProcess, actor: Actor, new: NewUpload, *, chunk_size: int, is_checked: bool = False) -> Uploader:
    client = TusClient(web.url + UPLOADS_PATH, headers={ACTOR_HEADER: actor_name(actor.actor_id)})
    return client.uploader(
        file_stream=BytesIO(CONTENT), chunk_size=chunk_size, metadata=metadata_of(new), upload_checksum=is_checked
    )


async def held_content(clinic: Clinic, new: NewUpload) -> bytes:
    held = await service.held(clinic.worker, new.case_id, clinic.patient_id)
    return await service.read_upload(clinic.worker, held[new.sha256].upload_id)


@pytest.mark.parametrize("is_checked", [True, False])
async def test_it_uploads_in_chunks(platform: Platform, clinic: Clinic, is_checked: bool) -> None:
    new = declare(CONTENT, clinic.patient_id)
    with web_process(platform.settings, [clinic.worker]) as web:
        sending = uploader(web, clinic.worker, new, chunk_size=700_000, is_checked=is_checked)
        await asyncio.to_thread(sending.upload)
    assert await held_content(clinic, new) == CONTENT


async def test_it_resumes_after_a_kill(platform: Platform, clinic: Clinic) -> None:
    new = declare(CONTENT, clinic.patient_id)
    with web_process(platform.settings, [clinic.worker]) as web:
        first = uploader(web, clinic.worker, new, chunk_size=700_000)
        await asyncio.to_thread(first.upload_chunk)
        web.kill()
        web.start()
        second = uploader(web, clinic.worker, new, chunk_size=700_000)
        second.set_url(str(first.url))
        second.offset = await asyncio.to_thread(second.get_offset)
        assert second.offset == 700_000
        await asyncio.to_thread(second.upload)
    assert await held_content(clinic, new) == CONTENT


async def test_another_actor_cannot_resume_it(sqlite_platform: Platform) -> None:
    clinic = await make_clinic()
    with web_process(sqlite_platform.settings, [clinic.worker, clinic.colleague]) as web:
        first = uploader(web, clinic.worker, declare(CONTENT, clinic.patient_id), chunk_size=700_000)
        await asyncio.to_thread(first.upload_chunk)
        thief = uploader(web, clinic.colleague, declare(CONTENT, clinic.patient_id), chunk_size=700_000)
        thief.set_url(str(first.url))
        with pytest.raises(TusCommunicationError):
            await asyncio.to_thread(thief.get_offset)


@pytest.mark.requires("seaweedfs")
async def test_pieces_go_to_an_s3_store_as_well(tmp_path: Path, templates: Templates, seaweedfs: SeaweedFS) -> None:
    async with platform_on("sqlite", tmp_path, templates, s3=seaweedfs.bucket()) as platform:
        clinic = await make_clinic()
        new = declare(CONTENT, clinic.patient_id)
        with web_process(platform.settings, [clinic.worker]) as web:
            sending = uploader(web, clinic.worker, new, chunk_size=700_000)
            await asyncio.to_thread(sending.upload_chunk)
            web.kill()
            web.start()
            await asyncio.to_thread(sending.upload)
        assert await held_content(clinic, new) == CONTENT
        await platform.objects.close()

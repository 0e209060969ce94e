"""The cases' actors on real bytes: prepared or refused by code, once, with nothing sinking its case."""

import os
from collections.abc import AsyncGenerator
from uuid import UUID

import cv2
import numpy as np
import pytest

from imaging.drawn import Scene, Subject, View, draw_jpeg
from imaging.drawn_skin import SkinTone
from imaging.preview import make_preview
from imaging.quality import THRESHOLDS
from kiosk.ui.previews import BOUNDS
from server.cases import service as cases
from server.cases.jobs import ChaseAbsent, KeepMedia, PreparePhoto, PreparePreview, RecheckArrivals, ReleaseSilent
from server.cases.lifecycle import Status
from server.cases.tables import Arrival, CasePart
from server.contract.case import DocumentPart
from server.contract.preview import PreviewStep
from server.core.platform import Platform
from server.intake.jobs import UploadCompleted
from tests.support.casework import Shot, arrivals_of, arrive, claimed, send, shot, status_of, told
from tests.support.clinics import AT, Clinic, answers, make_clinic, media, photograph, upload
from tests.support.made_dicom import PERSON, dicom
from tests.support.platforms import FakeClock
from tests.support.previewed import Previewed, arrive_early, early_job, previewed_shot
from workers.cases import (
    chase_absent,
    keep_media,
    match_upload,
    prepare_photo,
    prepare_preview,
    recheck_arrivals,
    release_silent,
    sandbox,
)

pytestmark = pytest.mark.requires("bubblewrap")
DRAWN = draw_jpeg(Scene(Subject.RASH, SkinTone.BROWN, View.MEDIUM, width_px=1200, height_px=900))


@pytest.fixture
async def clinic(sqlite_platform: Platform) -> AsyncGenerator[Clinic]:
    """With a sandbox of its own, which is opened by the first photograph."""
    yield await make_clinic()
    if sandbox.cache_info().currsize:
        sandbox().close()
        sandbox.cache_clear()


def job(clinic: Clinic, taken: Shot) -> PreparePhoto:
    return PreparePhoto(organisation_id=clinic.organisation_id, part_id=taken.id)


async def test_a_photograph_is_matched_prepared_and_read(clinic: Clinic) -> None:
    taken = Shot(part=photograph(DRAWN), content=DRAWN)
    case_id = await send(clinic, taken.part, answers())
    await upload(clinic.patient, clinic.patient_id, case_id, taken.part, taken.content)
    completed = UploadCompleted(
        organisation_id=clinic.organisation_id, case_id=case_id, upload_id=taken.id, part_id=taken.id
    )
    await match_upload(completed)
    for _ in range(2):
        await prepare_photo(job(clinic, taken))
    assert await status_of(clinic, case_id) == Status.WAITING
    picture = await cases.read_rendition(clinic.reader, case_id, taken.id, "preview.jpg")
    assert picture.content.startswith(b"\xff\xd8")
    (opened,) = [each for each in (await cases.open_case(clinic.reader, case_id)).parts if each.evidence]
    assert opened.evidence is not None
    assert (opened.evidence.width_px, opened.evidence.height_px) == (1200, 900)
    assert opened.evidence.verdict_version == THRESHOLDS.version
    assert opened.evidence.measures


@pytest.mark.parametrize("step", PreviewStep)
async def test_a_preview_is_made_anew_and_stands_in_the_photographs_place(clinic: Clinic, step: PreviewStep) -> None:
    pixels = np.asarray(cv2.imdecode(np.frombuffer(DRAWN, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
    taken = previewed_shot({step: make_preview(pixels, BOUNDS[step])})
    case_id = await send(clinic, taken.shot.part, answers())
    await arrive_early(clinic, case_id, taken, step)
    for _ in range(2):
        await prepare_preview(await preview_job(clinic, taken, step))
    assert await status_of(clinic, case_id) == Status.WAITING
    picture = await cases.read_rendition(clinic.reader, case_id, taken.shot.id, cases.EARLY)
    assert picture.content.startswith(b"\xff\xd8")
    (opened,) = [each for each in (await cases.open_case(clinic.reader, case_id)).parts if each.preview]
    assert opened.preview == cases.PreviewFacts(
        width_px=BOUNDS[step].long_edge_px, height_px=BOUNDS[step].long_edge_px * 3 // 4
    )
    assert opened.row.arrival == Arrival.ABSENT


@pytest.mark.parametrize("content", [b"RIFF\x20\0\0\0WEBPVP8 " + bytes(20), b"<svg onload=alert(1)>", os.urandom(500)])
async def test_a_hostile_preview_is_dropped_and_its_photograph_waited_for(clinic: Clinic, content: bytes) -> None:
    taken = previewed_shot({PreviewStep.SMALL: content})
    case_id = await send(clinic, taken.shot.part, answers())
    await arrive_early(clinic, case_id, taken)
    for _ in range(2):
        await prepare_preview(await preview_job(clinic, taken, PreviewStep.SMALL))
    assert await status_of(clinic, case_id) == Status.SUBMITTED
    assert not await told(), "nobody is asked for anything: the photograph follows"
    with pytest.raises(cases.NoSuchPicture):
        await cases.read_rendition(clinic.worker, case_id, taken.shot.id, cases.EARLY)


async def preview_job(clinic: Clinic, taken: Previewed, step: PreviewStep) -> PreparePreview:
    upload_id = UUID((await early_job(taken, step))["upload_id"])
    return PreparePreview(organisation_id=clinic.organisation_id, part_id=taken.shot.id, upload_id=upload_id, step=step)


async def test_what_a_dicom_file_says_of_its_patient_is_kept_beside_the_photograph(clinic: Clinic) -> None:
    content = dicom()
    taken = Shot(part=photograph(content), content=content)
    case_id = await send(clinic, taken.part, answers())
    await arrive(clinic, case_id, taken)
    await prepare_photo(job(clinic, taken))
    (opened,) = [each for each in (await cases.open_case(clinic.reader, case_id)).parts if each.evidence]
    assert opened.evidence is not None
    stated = opened.evidence.stated
    assert stated is not None
    assert (stated.family_name, stated.birth_date, stated.laterality) == (
        PERSON.family_name,
        "1980-02-03",
        "left",
    )


@pytest.mark.parametrize(
    "content, code",
    [(DRAWN[: len(DRAWN) // 2], "truncated"), (b"GIF89a" + os.urandom(100), "unsupported_format")],
    ids=["truncated", "another format"],
)
async def test_what_cannot_be_used_is_refused_by_its_code(clinic: Clinic, content: bytes, code: str) -> None:
    taken = Shot(part=photograph(content), content=content)
    case_id = await send(clinic, taken.part, answers())
    await arrive(clinic, case_id, taken)
    await prepare_photo(job(clinic, taken))
    (part,) = await CasePart.objects().where(CasePart.id == taken.id)
    assert (part.arrival, part.refused_because) == (Arrival.REFUSED, code)
    assert await told() == ["photo-wanted"]


@pytest.mark.parametrize("content, arrival", [(b"%PDF-1.7 a page", "ready"), (b"<html>not a page", "refused")])
async def test_a_document_is_kept_as_it_came_if_its_content_is_one(
    clinic: Clinic, content: bytes, arrival: str
) -> None:
    document = DocumentPart(part_id=photograph(content).part_id, media=media(content, "text/html"), received_at=AT)
    case_id = await send(clinic, document, answers())
    await upload(clinic.patient, clinic.patient_id, case_id, document, content)  # pyright: ignore[reportArgumentType]
    await recheck_arrivals(RecheckArrivals(organisation_id=clinic.organisation_id, case_id=case_id))
    for _ in range(2):
        await keep_media(KeepMedia(organisation_id=clinic.organisation_id, part_id=document.part_id))
    assert await arrivals_of(clinic, case_id) == [arrival]
    assert await status_of(clinic, case_id) == Status.WAITING
    if arrival == "ready":
        kept = await cases.read_document(clinic.reader, case_id, document.part_id)
        assert (kept.content, kept.media_type) == (content, "application/pdf")


async def test_the_timetable_s_jobs_chase_and_release(clinic: Clinic, sqlite_platform: Platform) -> None:
    clock = sqlite_platform.clock
    assert isinstance(clock, FakeClock)
    absent_id = await send(clinic, shot().part, answers())
    held_id, _ = await claimed(clinic)
    clock.advance(hours=2)
    await chase_absent(ChaseAbsent(organisation_id=clinic.organisation_id, case_id=absent_id))
    await release_silent(ReleaseSilent(organisation_id=clinic.organisation_id))
    assert await told() == ["photos-missing"]
    assert await status_of(clinic, held_id) == Status.WAITING

"""A face in a photograph from upload to browser, on real bytes: hidden, asked about, treated as answered."""

from collections.abc import AsyncGenerator
from uuid import UUID

import cv2
import httpx
import msgspec
import numpy as np
import pytest
from litestar import Litestar

from server.cases import service as cases
from server.cases.jobs import KeepMedia, PreparePhoto, TreatFaces
from server.cases.tables import CasePart
from server.contract.case import Coding, DocumentPart
from server.contract.catalogue import BODY_SITE_SYSTEM
from server.core.access import Actor
from server.core.platform import Platform
from tests.desks.browsing import Desk, sit_down
from tests.imaging.made_files import zip_archive
from tests.imaging.portrait import portrait_jpeg
from tests.support.applications import application
from tests.support.casework import Shot, arrive, send
from tests.support.clinics import AT, Clinic, answers, make_clinic, media, photograph, upload
from tests.support.hostile_files import HTML, PDF
from workers.cases import keep_media, prepare_photo, sandbox, treat_faces

pytestmark = pytest.mark.requires("bubblewrap")


@pytest.fixture
async def clinic(sqlite_platform: Platform) -> AsyncGenerator[Clinic]:
    yield await make_clinic()
    if sandbox.cache_info().currsize:
        sandbox().close()
        sandbox.cache_clear()


@pytest.fixture
def app(sqlite_platform: Platform) -> Litestar:
    return application(sqlite_platform)


async def prepared(clinic: Clinic, content: bytes, site: str = "forearm") -> tuple[UUID, Shot]:
    part = msgspec.structs.replace(photograph(content), site=Coding(system=BODY_SITE_SYSTEM, code=site, display=site))
    taken = Shot(part=part, content=content)
    case_id = await send(clinic, taken.part, answers())
    await arrive(clinic, case_id, taken)
    await prepare_photo(PreparePhoto(organisation_id=clinic.organisation_id, part_id=taken.id))
    return case_id, taken


def face_spread(content: bytes) -> float:
    """How much the middle of the face varies; next to nothing where it is hidden."""
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    return float(np.asarray(pixels, np.float64)[100:135, 205:245].std(axis=(0, 1)).max())


async def read(desk: Desk, case_id: UUID, taken: Shot, name: str = "review.jpg") -> httpx.Response:
    return await desk.get(f"/cases/{case_id}/photos/{taken.id}/{name}")


async def answer(app: Litestar, who: Actor, case_id: UUID, taken: Shot, said: str) -> httpx.Response:
    desk = await sit_down(app, who)
    return await desk.post(f"/cases/{case_id}/photos/{taken.id}/faces", {"answer": said})


async def treat(clinic: Clinic, taken: Shot) -> None:
    for _ in range(2):
        await treat_faces(TreatFaces(organisation_id=clinic.organisation_id, part_id=taken.id))


async def test_a_face_is_hidden_and_the_page_asks_without_script(clinic: Clinic, app: Litestar) -> None:
    case_id, taken = await prepared(clinic, portrait_jpeg())
    desk = await sit_down(app, clinic.patient)
    page = (await desk.get(f"/cases/{case_id}")).text
    assert "We saw a face in this photo" in page
    assert f'action="/cases/{case_id}/photos/{taken.id}/faces"' in page
    for name in ("master.jpg", "review.jpg", "preview.jpg"):
        assert face_spread((await read(desk, case_id, taken, name)).content) < 2


@pytest.mark.parametrize("said", ["blur", "needed"])
async def test_the_answer_is_done(clinic: Clinic, app: Litestar, said: str) -> None:
    case_id, taken = await prepared(clinic, portrait_jpeg())
    assert (await answer(app, clinic.patient, case_id, taken, said)).status_code == 303
    await treat(clinic, taken)
    reader = await sit_down(app, clinic.reader)
    spread = face_spread((await read(reader, case_id, taken)).content)
    assert spread > 20 if said == "needed" else spread < 2
    assert "We saw a face" not in (await (await sit_down(app, clinic.patient)).get(f"/cases/{case_id}")).text


async def test_a_crop_is_smaller_and_has_no_face(clinic: Clinic, app: Litestar) -> None:
    case_id, taken = await prepared(clinic, portrait_jpeg())
    assert (await answer(app, clinic.patient, case_id, taken, "crop")).status_code == 303
    await treat(clinic, taken)
    content = (await read(await sit_down(app, clinic.patient), case_id, taken, "master.jpg")).content
    pixels = np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR))
    assert pixels.shape[0] < 512
    assert sandbox().prepare(content).facts.faces.faces == ()


async def test_an_unknown_answer_changes_nothing(clinic: Clinic, app: Litestar) -> None:
    case_id, taken = await prepared(clinic, portrait_jpeg())
    assert (await answer(app, clinic.patient, case_id, taken, "show")).status_code == 422
    assert (await answer(app, clinic.reader, case_id, taken, "needed")).status_code in {403, 404}
    (part,) = await CasePart.objects().where(CasePart.id == taken.id)
    assert part.faces == "asked"


async def test_a_photograph_of_the_head_is_shown_and_nobody_is_asked(clinic: Clinic, app: Litestar) -> None:
    case_id, taken = await prepared(clinic, portrait_jpeg(), site="cheek")
    desk = await sit_down(app, clinic.patient)
    assert face_spread((await read(desk, case_id, taken)).content) > 20
    assert "We saw a face" not in (await desk.get(f"/cases/{case_id}")).text


@pytest.mark.parametrize("payload", [HTML, PDF, zip_archive()], ids=["html", "pdf", "zip"])
async def test_a_polyglot_is_served_as_a_picture_that_runs_nothing(
    clinic: Clinic, app: Litestar, payload: bytes
) -> None:
    case_id, taken = await prepared(clinic, portrait_jpeg() + payload)
    answered = await read(await sit_down(app, clinic.reader), case_id, taken)
    assert answered.headers["content-type"] == "image/jpeg"
    assert answered.headers["x-content-type-options"] == "nosniff"
    assert answered.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert payload[:20] not in answered.content


async def test_a_document_that_is_a_page_as_well_is_only_handed_out_as_a_file(clinic: Clinic, app: Litestar) -> None:
    content = PDF + HTML
    letter = DocumentPart(part_id=photograph(content).part_id, media=media(content, "text/html"), received_at=AT)
    case_id = await send(clinic, letter, answers())
    await upload(clinic.patient, clinic.patient_id, case_id, letter, content)  # pyright: ignore[reportArgumentType]
    await cases.match_arrivals(clinic.organisation_id, case_id)
    await keep_media(KeepMedia(organisation_id=clinic.organisation_id, part_id=letter.part_id))
    desk = await sit_down(app, clinic.reader)
    answered = await desk.get(f"/cases/{case_id}/documents/{letter.part_id}")
    assert answered.headers["content-type"] == "application/pdf"
    assert answered.headers["content-disposition"] == "attachment"
    assert answered.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "content, words",
    [
        (portrait_jpeg()[:5000], "Part of the photo is missing"),
        (HTML, "This kind of file cannot be shown"),
        (b"noise" * 100, "The file is not a photo"),
    ],
    ids=["cut", "page", "noise"],
)
async def test_the_reason_reaches_the_sender_in_plain_words(
    clinic: Clinic, app: Litestar, content: bytes, words: str
) -> None:
    case_id, _ = await prepared(clinic, content)
    page = (await (await sit_down(app, clinic.patient)).get(f"/cases/{case_id}")).text
    assert page.count(words) >= 2, "where it is asked for again, and where it is listed"

"""Small previews on the specialist's pages: shown with their mark, and said wherever somebody acts on them."""

from uuid import UUID

import pytest
from litestar import Litestar

from server.cases import service as cases
from tests.desks.browsing import Desk, sit_down
from tests.support.casework import arrive, arrive_and_prepare, refuse, send
from tests.support.clinics import Clinic, answers
from tests.support.previewed import Previewed, previewed_shot, show_early

STILL = "Small preview: the photo is still travelling"


@pytest.fixture
async def desk(app: Litestar, clinic: Clinic) -> Desk:
    return await sit_down(app, clinic.reader)


@pytest.fixture
def taken() -> list[Previewed]:
    return [previewed_shot() for _ in range(2)]


@pytest.fixture
async def case_id(clinic: Clinic, taken: list[Previewed]) -> UUID:
    """Both photographs can be seen small; neither has come."""
    case_id = await send(clinic, *(each.shot.part for each in taken), answers())
    for each in taken:
        await show_early(clinic, case_id, each)
    return case_id


async def page_of(desk: Desk, case_id: UUID) -> str:
    return (await desk.get(f"/queue/cases/{case_id}")).text


async def test_the_queue_says_how_much_has_come_and_what_can_be_seen(desk: Desk, case_id: UUID) -> None:
    page = (await desk.get("/queue")).text
    assert f"/queue/cases/{case_id}" in page
    assert "0 of 2 photos" in page
    assert "2 previews" in page


async def test_the_case_shows_previews_with_their_mark_and_how_many_have_come(
    desk: Desk, clinic: Clinic, case_id: UUID, taken: list[Previewed]
) -> None:
    page = await page_of(desk, case_id)
    assert "0 of 2 have come." in page
    assert page.count(f"/cases/{case_id}/photos/{taken[0].shot.id}/early.jpg") >= 2
    assert STILL in page
    await arrive_and_prepare(clinic, case_id, taken[0].shot)
    page = await page_of(desk, case_id)
    assert "1 of 2 have come." in page
    assert f"{taken[0].shot.id}/early.jpg" not in page
    assert f"{taken[0].shot.id}/review.jpg" in page
    assert f"{taken[1].shot.id}/early.jpg" in page


async def test_what_stands_for_a_photograph_that_could_not_be_opened_says_so(
    desk: Desk, clinic: Clinic, case_id: UUID, taken: list[Previewed]
) -> None:
    await arrive(clinic, case_id, taken[0].shot)
    assert "the photo has come and is being prepared" in await page_of(desk, case_id)
    await refuse(clinic, taken[0].shot)
    assert "the photo itself could not be opened" in await page_of(desk, case_id)


async def test_nothing_can_be_drawn_on_a_preview(desk: Desk, case_id: UUID, taken: list[Previewed]) -> None:
    page = await page_of(desk, case_id)
    assert f"&#34;partId&#34;: &#34;{taken[0].shot.id}" not in page
    assert "partId" not in page.partition("data-images=")[2].partition(">")[0]


async def test_whoever_signs_is_told_what_is_outstanding_and_may(
    desk: Desk, clinic: Clinic, case_id: UUID, taken: list[Previewed]
) -> None:
    await cases.claim_case(clinic.reader, case_id)
    page = await page_of(desk, case_id)
    assert "2 photos have not come yet." in page
    assert "You may sign without waiting" in page
    for each in taken:
        await arrive_and_prepare(clinic, case_id, each.shot)
    page = await page_of(desk, case_id)
    assert "You may sign without waiting" not in page
    assert "travelling" not in page


async def test_it_is_said_in_spanish_too(desk: Desk, case_id: UUID) -> None:
    await desk.post("/language", {"language": "es"})
    page = await page_of(desk, case_id)
    assert "Vista previa pequeña: la foto aún está en camino" in page
    assert "Han llegado 0 de 2." in page


async def test_the_picture_is_served_as_a_jpeg_and_kept_by_no_browser(
    desk: Desk, case_id: UUID, taken: list[Previewed]
) -> None:
    answer = await desk.get(f"/cases/{case_id}/photos/{taken[0].shot.id}/early.jpg")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await desk.get(f"/cases/{case_id}/photos/{taken[0].shot.id}/review.jpg")).status_code == 404

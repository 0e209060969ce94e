"""The page of one site for a browser without script: an outline is kept, or refused with nothing changed."""

from litestar import Litestar

from server.followup import service as followup
from tests.desks.browsing import sit_down
from tests.followup.visits import two_visits
from tests.support.clinics import Clinic


async def test_an_outline_that_is_none_changes_nothing_and_the_next_is_kept(app: Litestar, clinic: Clinic) -> None:
    _, later = await two_visits(clinic)
    desk = await sit_down(app, clinic.reader)
    path = f"/queue/cases/{later.case_id}/site/{later.part_id}"
    crossing = await desk.post(f"{path}/outline", {"corners": "0 0\n50 50\n50 0\n0 50", "version": "0"})
    assert crossing.status_code == 422
    assert "Nothing was changed" in crossing.text
    assert await followup.drawn_corners(clinic.reader, later.part_id) == ()
    kept = await desk.post(f"{path}/outline", {"corners": "10 10\n50 10\n50 50", "version": "0"})
    assert (kept.status_code, kept.headers["location"]) == (303, path)
    assert await followup.drawn_corners(clinic.reader, later.part_id) == ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5))


async def test_the_case_page_links_to_earlier_visits(app: Litestar, clinic: Clinic) -> None:
    _, later = await two_visits(clinic)
    desk = await sit_down(app, clinic.reader)
    page = (await desk.get(f"/queue/cases/{later.case_id}")).text
    assert f'href="/queue/cases/{later.case_id}/site/{later.part_id}">1 earlier visit of this site: compare' in page

"""Follow-up's actors over real pixels under the real sandbox: compared, kept once, declined in words."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from imaging.drawn import Scene, Subject, draw_jpeg
from imaging.drawn_skin import SkinTone
from server.cases.jobs import PhotoPrepared, PreparePhoto
from server.contract.case import Topic, View
from server.contract.wire import Moment
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform
from server.followup import service as followup
from server.followup.jobs import ComparePhotographs
from server.followup.tables import SiteComparison
from tests.support.casework import Shot, arrive, send
from tests.support.clinics import AT, Clinic, make_clinic, photograph
from workers import cases as cases_actors
from workers import followup as actors
from workers.prepared import follow_prepared

pytestmark = [pytest.mark.requires("bubblewrap"), pytest.mark.timeout(300)]
LESION = UUID("0d4c3f60-5f4a-4b55-8f0c-4a1b6a0d9c11")


@pytest.fixture
async def clinic(sqlite_platform: Platform) -> AsyncGenerator[Clinic]:
    yield await make_clinic()
    for each in (actors.sandbox, cases_actors.sandbox):
        if each.cache_info().currsize:
            each().close()
            each.cache_clear()


async def _visit(clinic: Clinic, scene: Scene, *, day: int) -> tuple[UUID, UUID]:
    content = draw_jpeg(scene)
    part = msgspec.structs.replace(
        photograph(content, view=View.CLOSE_STRAIGHT),
        lesion_id=LESION,
        taken_at=Moment(at=AT.at - timedelta(days=9 - day)),
    )
    case_id = await send(clinic, part, topic=Topic.LESION)
    await arrive(clinic, case_id, Shot(part=part, content=content))
    await cases_actors.prepare_photo(PreparePhoto(organisation_id=clinic.organisation_id, part_id=part.part_id))
    await follow_prepared(PhotoPrepared(organisation_id=clinic.organisation_id, part_id=part.part_id))
    return case_id, part.part_id


async def _run_comparison(times: int = 1) -> None:
    (row,) = await OutboxJob.objects().where(OutboxJob.name == ComparePhotographs.name)
    for _ in range(times):
        await actors.compare_photographs(msgspec.json.decode(row.payload, type=ComparePhotographs))


async def test_a_mole_that_grew_by_a_known_amount_is_measured_through_the_sandbox(clinic: Clinic) -> None:
    scene = Scene(Subject.MOLE, SkinTone.TAN, seed=3, width_px=1200, height_px=900)
    await _visit(clinic, scene, day=0)
    grown = msgspec.structs.replace(scene, growth=1.3, turned_deg=6.0)
    case_id, part_id = await _visit(clinic, grown, day=1)
    await _run_comparison(times=2)
    assert await SiteComparison.count() == 1
    pair = (await followup.open_site(clinic.reader, case_id, part_id)).pair
    assert pair is not None
    assert pair.declined == ""
    assert pair.change is not None
    assert pair.change.ratio == pytest.approx(1.3, rel=0.05)
    assert pair.later.measures is not None
    assert pair.later.measures.unit == "px"


async def test_other_skin_is_declined_by_a_code(clinic: Clinic) -> None:
    for seed in (3, 4):
        scene = Scene(Subject.MOLE, SkinTone.TAN, seed=seed, width_px=1200, height_px=900)
        case_id, part_id = await _visit(clinic, scene, day=seed)
    await _run_comparison()
    pair = (await followup.open_site(clinic.reader, case_id, part_id)).pair
    assert pair is not None
    assert pair.declined in {"too_little_in_common", "skin_does_not_agree", "views_too_different"}
    assert pair.change is None

"""After a patient was erased every route still answers everyone: it says so, or does not know the record."""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest
from litestar import Litestar

from server.cases import service as cases
from server.core.platform import bind_platform
from server.desks import events
from server.patients import service as patients
from tests.access.asking import Asker
from tests.access.requests import request_for
from tests.access.table import LINES
from tests.access.world import World, make_world
from tests.support.applications import application
from tests.support.platforms import Templates, platform_on
from tests.support.requirements import require_server

ABOUT_THE_RECORD = sorted(route for route, line in LINES.items() if line.reach in {"own", "case", "given", "record"})
SAYS_SO = {
    ("coordinator", "GET", "/patients/{patient_id}"): 410,
    ("worker", "GET", "/patients/{patient_id}"): 410,
    ("coordinator", "GET", "/patients/{patient_id}/erasure"): 200,
    ("worker", "GET", "/cases/{case_id}"): 410,
    ("reader", "GET", "/queue/cases/{case_id}"): 410,
    ("reader", "GET", "/cases/{case_id}/answer.pdf"): 410,
    ("reader", "GET", "/queue"): 200,
    ("coordinator", "GET", "/deadlines"): 200,
    ("coordinator", "GET", "/links"): 200,
    ("coordinator", "GET", "/erasures"): 200,
    ("worker", "GET", "/patients"): 200,
    ("worker", "GET", "/api/patients/{patient_id}/cases"): 200,
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def erased(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, templates: Templates
) -> AsyncIterator[tuple[Litestar, World]]:
    """The world after its patient was erased, linked to another record and with cases in review and answered."""
    if request.param == "postgresql":
        require_server("postgresql")
    async with platform_on(request.param, tmp_path_factory.mktemp("erased"), templates) as opened:
        bind_platform(msgspec.structs.replace(opened, settings=msgspec.structs.replace(opened.settings, mode="demo")))
        world = await make_world()
        clinic = world.clinic
        linked, why = patients.LinkState.LINKED, patients.LinkReason.LOOKED_AT_BOTH
        other_id = UUID(world.named["other_id"])
        await patients.state_link(clinic.coordinator, clinic.patient_id, other_id, linked, why)
        await patients.ask_erasure(clinic.patient, clinic.patient_id, patients.ErasureReason.PATIENT_ASKS)
        await patients.confirm_erasure(clinic.coordinator, clinic.patient_id)
        yield application(opened), world


async def test_no_route_fails_before_or_after_the_cases_ended(
    erased: tuple[Litestar, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LASTS_S", 0)
    app, world = erased
    asker = Asker(app)
    staff = {who: actor for who, actor in world.actors.items() if who != "patient"}
    await asker.sign_in_all(msgspec.structs.replace(world, actors=staff))
    assert await _wrong(asker, world, list(staff)) == []
    await cases.withdraw_erased(world.clinic.organisation_id, world.clinic.patient_id)
    assert await _wrong(asker, world, ["worker", "coordinator", "reader"]) == []


async def _wrong(asker: Asker, world: World, people: list[str]) -> list[str]:
    """Who got an error of ours, or another answer than `SAYS_SO`."""
    wrong: list[str] = []
    for method, path in ABOUT_THE_RECORD:
        for who in people:
            address, request = request_for(method, path, world)
            status = (await asker.ask(who, method, address, request)).status_code
            if status >= 500 or status != SAYS_SO.get((who, method, path), status):
                wrong.append(f"{who}: {method} {path}: {status}")
    return wrong

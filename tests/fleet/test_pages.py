"""The fleet's pages as a browser without script uses them: adding a kiosk, groups, one kiosk, many kiosks."""

import re
from uuid import UUID

import pytest
from litestar import Litestar

from server.contract.fleet import Heartbeat
from server.core.access import Actor
from server.core.db import transaction
from server.core.ids import new_id
from server.core.platform import now
from server.fleet import service as fleet
from server.fleet.tables import Kiosk
from tests.desks.browsing import Desk, sit_down
from tests.fleet.kiosk import FakeKiosk, KioskKey

CODE = re.compile(r'class="claim-code">([^<]+)<')


@pytest.fixture
async def desk(app: Litestar, administrator: Actor) -> Desk:
    return await sit_down(app, administrator)


async def test_a_kiosk_is_added_with_a_code_and_a_yes(desk: Desk, app: Litestar) -> None:
    assert "No kiosk yet" in (await desk.get("/fleet")).text
    assert "Make one first" in (await desk.get("/fleet/claims")).text
    made = await desk.post("/fleet/groups", {"name": "North"})
    group_id = made.headers["location"].rpartition("/")[2]
    claim = (await desk.post("/fleet/claims", {"name": "Makeni, room 2", "group": group_id})).headers["location"]
    page = (await desk.get(claim)).text
    assert "<svg" in page
    (code,) = CODE.findall(page)

    kiosk = FakeKiosk(app, KioskKey())
    shown = (await kiosk.claim(code)).json()["fingerprint"]
    assert "1 kiosk waits for your answer" in (await desk.get("/fleet")).text
    assert CODE.findall((await desk.get(claim)).text) == [shown]
    kiosk_page = (await desk.post(f"{claim}/approve")).headers["location"]
    assert "It has not reported yet" in (await desk.get(kiosk_page)).text

    kiosk.kiosk_id = UUID(kiosk_page.rpartition("/")[2])
    await kiosk.sign_in()
    await kiosk.beat(Heartbeat(disk_free_bytes=1_500_000_000))
    page = (await desk.get(kiosk_page)).text
    assert "1.5 GB" in page
    assert "not reported" in page
    assert "Almost full" in (await desk.get("/fleet")).text


async def test_a_kiosk_is_wiped_by_its_typed_name_and_taken_out_of_service(desk: Desk, kiosk: FakeKiosk) -> None:
    page = f"/fleet/kiosks/{kiosk.kiosk_id}"
    refused = await desk.post(f"{page}/wipe", {"typed": "Room 3"})
    assert (refused.status_code, "does not match" in refused.text) == (422, True)
    assert (await desk.post(f"{page}/wipe", {"typed": "Room 2"})).status_code == 303
    assert "A wipe is ordered" in (await desk.get(page)).text
    assert (await desk.post(f"{page}/revoke")).status_code == 303
    assert "Taken out of service" in (await desk.get(page)).text
    assert "Room 2" not in (await desk.get("/fleet")).text
    assert "Room 2" in (await desk.get("/fleet?show=revoked")).text


async def test_a_group_is_changed_and_refuses_what_cannot_work(desk: Desk) -> None:
    page = (await desk.post("/fleet/groups", {"name": "North"})).headers["location"]
    fields = {
        "name": "North",
        "version": "1",
        "heartbeat_min": "60",
        "idle_wipe_s": "60",
        "silent_after_min": "300",
        "behind_after_min": "720",
        "full_below_mb": "2048",
        "dark_after_h": "72",
        "hot_above_c": "75",
        "battery_below_percent": "20",
        "outdated_after_h": "72",
    }
    refused = await desk.post(page, {**fields, "silent_after_min": "60"})
    assert (refused.status_code, "two heartbeats" in refused.text) == (422, True)
    assert (await desk.post(page, fields)).status_code == 303
    assert 'value="300"' in (await desk.get(page)).text
    assert (await desk.post(page, fields)).status_code == 409
    assert (await desk.post("/fleet/groups", {"name": "North"})).status_code == 422


async def test_ten_thousand_kiosks_are_shown_a_page_at_a_time(
    desk: Desk, administrator: Actor, kiosk: FakeKiosk
) -> None:
    """By 120 of them, in pages of 50; a page that is not there shows the last."""
    view = await fleet.show_kiosk(administrator, kiosk.kiosk_id)
    async with transaction():
        await Kiosk.insert(
            *(
                Kiosk(
                    id=new_id(),
                    recorded_at=now(),
                    organisation_id=administrator.organisation_id,
                    group_id=view.group.group_id,
                    name=f"Place {number}",
                    public_key="k" * 43,
                    approved_by=administrator.actor_id,
                    heard_at=now(),
                )
                for number in range(119)
            )
        )
    first = (await desk.get("/fleet")).text
    assert "1 to 50 of 120" in first
    assert 'href="/fleet?page=2"' in first
    for page in ("3", "99"):
        assert "101 to 120 of 120" in (await desk.get(f"/fleet?page={page}")).text
    seen = {name for page in "123" for name in re.findall(r"Place \d+", (await desk.get(f"/fleet?page={page}")).text)}
    assert len(seen) == 119


async def test_the_pages_speak_spanish(desk: Desk, kiosk: FakeKiosk) -> None:
    await desk.post("/language", {"language": "es"})
    assert "Quioscos" in (await desk.get("/fleet")).text

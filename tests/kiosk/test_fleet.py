"""A kiosk becomes one by a code and a yes, tells how it is, takes its group's settings and does what is commanded."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, cast

import httpx
import msgspec
import pytest
from litestar import Litestar

from kiosk.asking import Answering
from kiosk.camera import standing as camera
from kiosk.camera.process import Shown
from kiosk.devices import standing as devices
from kiosk.devices.bonds import Bonded
from kiosk.devices.kinds import Kind
from kiosk.devices.standing import RadioState, Standing
from kiosk.fleet import health
from kiosk.fleet.claiming import ClaimRefused, claim, own_key
from kiosk.fleet.heart import Heart, read_group
from kiosk.settings import SETTINGS_FILE, Settings, load_settings
from kiosk.spool.spool import Spool
from kiosk.uplink.authorizer import KioskKeyAuthorizer
from kiosk.uplink.opening import IDENTITY_FILE, KEY_FILE, Identity
from kiosk.uplink.server import Server
from server.contract.fleet import CameraState, DeviceState, KioskSettings, clean_code
from server.core.access import Actor
from server.core.audit.tables import AuditEvent
from server.core.platform import now
from server.fleet import service as fleet
from server.fleet.schemas import Thresholds
from server.fleet.service.claims import show_claim
from server.fleet.tables import Kiosk
from tests.fleet.conftest import administrator, app
from tests.journeys.waiting import until
from tests.support.people import PUBLIC_URL

__all__ = ["administrator", "app"]
OWN = Settings(server_url=PUBLIC_URL, region="SL-W")


@pytest.fixture
async def http(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(cast("Any", app))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path, spool: Spool) -> Path:
    """The kiosk's, which the spool lies in."""
    (tmp_path / SETTINGS_FILE).write_bytes(msgspec.json.encode(OWN))
    return tmp_path


async def claimed(folder: Path, http: httpx.AsyncClient, administrator: Actor, group_id: Any = None) -> Any:
    """Through the code, the fingerprint and the yes; the kiosk's id."""
    group = group_id or await fleet.make_group(administrator, "North")
    claim_id = await fleet.make_claim(administrator, "Room 2", group)
    code = (await show_claim(administrator, claim_id)).code
    told: list[str] = []
    waiting = asyncio.create_task(claim(folder, http, clean_code(code), told.append, 0.01))
    await until(lambda: _is_told(told), within_s=20, what="what the kiosk shows")
    assert (await show_claim(administrator, claim_id)).fingerprint in told[0]
    await fleet.approve_claim(administrator, claim_id)
    await waiting
    assert told[-1] == "This kiosk is Room 2."
    return claim_id


async def _is_told(told: list[str]) -> bool:
    return bool(told)


def heart(folder: Path, spool: Spool, http: httpx.AsyncClient) -> Heart:
    """By the clock that the server has in tests."""
    identity = msgspec.json.decode((folder / IDENTITY_FILE).read_bytes(), type=Identity)
    key = KioskKeyAuthorizer(str(identity.kiosk_id), own_key(folder), lambda: now().timestamp())
    return Heart(folder, spool, Server(http, key))


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_kiosk_is_claimed_and_tells_how_it_is(
    folder: Path, spool: Spool, http: httpx.AsyncClient, administrator: Actor
) -> None:
    kiosk_id = await claimed(folder, http, administrator)
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    answer = await heart(folder, spool, http).beat()
    assert answer.settings == KioskSettings()
    row = await Kiosk.objects().get(Kiosk.id == kiosk_id)
    assert row is not None
    report = msgspec.json.decode(row.report)
    assert report["diskFreeBytes"] > 0
    assert report["queueDepth"] == 0
    assert "oldestUnsentS" not in report or report["oldestUnsentS"] is None


async def test_a_code_that_is_no_good_is_refused_and_the_key_stays(folder: Path, http: httpx.AsyncClient) -> None:
    key = own_key(folder)
    with pytest.raises(ClaimRefused):
        await claim(folder, http, "7Q2MX90C", lambda _: None, 0.01)
    assert own_key(folder).private_bytes_raw() == key.private_bytes_raw()
    assert not (folder / IDENTITY_FILE).exists()


async def test_the_group_s_settings_go_before_the_kiosk_s_own(
    folder: Path, spool: Spool, http: httpx.AsyncClient, administrator: Actor
) -> None:
    group_id = await fleet.make_group(administrator, "North")
    await claimed(folder, http, administrator, group_id)
    beating = heart(folder, spool, http)
    first = await beating.beat()
    wanted = KioskSettings(data_budget_mb_per_day=7, idle_wipe_s=60)
    await fleet.change_group(administrator, group_id, name="North", version=1, settings=wanted, thresholds=Thresholds())
    second = await beating.beat()
    assert second.settings == wanted
    assert first.settings_version != second.settings_version
    assert (await beating.beat()).settings is None, "it is told once"
    now_settings = load_settings(folder)
    assert (now_settings.idle_wipe_s, now_settings.link.daily_bytes) == (60, 7_000_000)


async def test_a_kiosk_is_wiped_says_so_and_is_nobody_any_more(
    folder: Path, spool: Spool, http: httpx.AsyncClient, administrator: Actor
) -> None:
    kiosk_id = await claimed(folder, http, administrator)
    (folder / "workers.json").write_text("{}")
    beating = heart(folder, spool, http)
    await fleet.wipe_kiosk(administrator, kiosk_id, "Room 2")
    await beating.beat()
    assert names_in(folder) == {SETTINGS_FILE, KEY_FILE, IDENTITY_FILE}
    await beating.beat()
    assert await AuditEvent.exists().where(AuditEvent.tag == "kiosk:wiped")
    assert not (folder / KEY_FILE).exists()


async def test_what_cannot_be_told_is_told_again(
    folder: Path, spool: Spool, http: httpx.AsyncClient, administrator: Actor
) -> None:
    await claimed(folder, http, administrator)
    beating = heart(folder, spool, http)
    await fleet.revoke_kiosk(administrator, (await Kiosk.objects().first()).id)  # type: ignore[union-attr]  # it was just made
    assert await beating.turn() > 0
    assert read_group(folder) is None


def test_a_machine_that_does_not_say_is_unknown_and_not_cool(
    folder: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "THERMAL", folder / "nothing")
    monkeypatch.setattr(health, "THROTTLED", folder / "nothing")
    report = health.measure(folder, spool, health.look_around(folder))
    assert (report.temperature_c, report.is_throttled, report.link) == (None, None, None)
    assert (report.cameras, report.devices) == (None, None), "no other process is there to say"


@pytest.mark.parametrize("state", camera.CameraState)
def test_the_camera_and_the_devices_batteries_are_told(folder: Path, spool: Spool, state: camera.CameraState) -> None:
    cuff, scale = (
        Bonded(address=address, name="", kind=kind, bonded_at=datetime.now(UTC))
        for address, kind in (("F0:01", Kind.BLOOD_PRESSURE), ("F0:02", Kind.SCALE))
    )
    standing = Standing(radio=RadioState.READY, bonded=(cuff, scale), batteries={"F0:01": 84, "F0:99": 3})
    seen = Shown(state=state, preview=b"a picture")
    with (
        answering(folder / camera.SOCKET, camera.Wanted, seen),
        answering(folder / devices.SOCKET, devices.Question, standing),
    ):
        report = health.measure(folder, spool, health.look_around(folder))
    assert report.cameras == (CameraState(name="photographs", state=health.CAMERA_CODES[state]),)
    assert report.devices == (
        DeviceState(kind="blood-pressure", battery_percent=84),
        DeviceState(kind="scale", battery_percent=None),
    )


@contextmanager
def answering(path: Path, asked: object, answer: object) -> Generator[None]:
    with Answering(path, asked, lambda _: answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def test_a_pi_that_is_throttled_says_so(folder: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "temp").write_text("71500\n")
    (folder / "throttled").write_text("50005\n")
    monkeypatch.setattr(health, "THERMAL", folder / "temp")
    monkeypatch.setattr(health, "THROTTLED", folder / "throttled")
    report = health.measure(folder, spool, health.look_around(folder))
    assert (report.temperature_c, report.is_throttled) == (71.5, True)

"""A seeded faulty build: the kiosk goes back from it by itself, the server learns why, and the release stops there."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar

from kiosk.fleet.claiming import own_key
from kiosk.fleet.heard import HEARD_FILE, is_heard_lately
from kiosk.fleet.heart import Heart, read_group
from kiosk.settings import SETTINGS_FILE, Settings
from kiosk.signatures import encode
from kiosk.spool.files import make_folder
from kiosk.spool.opening import open_spool
from kiosk.update.slots import Program
from kiosk.update.state import Phase, troubled
from kiosk.uplink.authorizer import KioskKeyAuthorizer
from kiosk.uplink.server import Server
from server.contract.fleet import Heartbeat, KioskSettings
from server.core.access import Actor
from server.core.platform import now
from server.fleet import service as fleet
from server.fleet.schemas import Thresholds
from server.fleet.tables import Kiosk
from tests.fleet.conftest import administrator, app
from tests.fleet.kiosk import KioskKey, enrol
from tests.kiosk.update.conftest import Turns
from tests.kiosk.update.served import Releases
from tests.kiosk.update.test_launching import Kept
from tests.support.people import PUBLIC_URL

__all__ = ["administrator", "app"]


class Fleet:
    """Kiosks of one group, each with its folder and its heart."""

    def __init__(self, administrator: Actor, http: httpx.AsyncClient, group_id: UUID) -> None:
        self.administrator, self.http, self.group_id = administrator, http, group_id
        self.hearts: list[Heart] = []
        self.ids: list[UUID] = []

    async def add(self, folder: Path) -> Heart:
        make_folder(folder)
        (folder / SETTINGS_FILE).write_bytes(msgspec.json.encode(Settings(server_url=PUBLIC_URL, region="SL-W")))
        key = KioskKey()
        key._private = own_key(folder)
        key.public = encode(key._private.public_key().public_bytes_raw())
        kiosk_id = await enrol(self.administrator, key, name=folder.name, group_id=self.group_id)
        authorizer = KioskKeyAuthorizer(str(kiosk_id), key._private, lambda: now().timestamp())
        heart = Heart(folder, open_spool(folder / "spool").spool, Server(self.http, authorizer))
        self.hearts.append(heart)
        self.ids.append(kiosk_id)
        return heart

    async def want(self, version: str) -> None:
        seen = await fleet.show_group(self.administrator, self.group_id)
        await fleet.change_group(
            self.administrator,
            self.group_id,
            name=seen.name,
            version=seen.version,
            settings=KioskSettings(program_version=version),
            thresholds=Thresholds(),
        )

    async def report_of(self, kiosk_id: UUID) -> Heartbeat:
        row = await Kiosk.objects().get(Kiosk.id == kiosk_id)
        assert row is not None
        return msgspec.json.decode(row.report, type=Heartbeat)


@pytest.fixture
async def group(app: Litestar, administrator: Actor) -> AsyncIterator[Fleet]:
    transport = httpx.ASGITransport(cast("Any", app))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http:
        yield Fleet(administrator, http, await fleet.make_group(administrator, "North"))


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("installed_fast")
async def test_a_faulty_build_goes_back_says_why_and_halts_for_the_others(
    group: Fleet, folder: Path, turns: Turns, releases: Releases, tmp_path: Path
) -> None:
    releases.add("2.1", ":heartbeat")
    heart = await group.add(folder)
    await group.want("2.1")
    await heart.beat()
    told = read_group(folder)
    assert told is not None
    assert turns.turn(told.settings.program_version).phase is Phase.READY
    kept = Kept(folder)
    kept.begin()
    await kept.look_until(Phase.TRYING, "2.1")
    await kept.look_until(Phase.IDLE, "1.0")
    kept.end()
    await heart.beat()
    report = await group.report_of(group.ids[0])
    assert report.update is not None
    assert (report.update.version, report.update.succeeded, report.update.reason) == ("2.1", False, "heartbeat")

    for number in (2, 3):
        other = await group.add(tmp_path / f"kiosk-{number}")
        await other.beat()
        Program(tmp_path / f"kiosk-{number}").save(Program(folder).load())
        answer = await other.beat()
    assert (await fleet.show_group(group.administrator, group.group_id)).halted_at is not None
    assert answer.settings is None or answer.settings.program_version == ""
    late = await group.add(tmp_path / "kiosk-4")
    await late.beat()
    kept_back = read_group(tmp_path / "kiosk-4")
    assert kept_back is not None
    assert kept_back.settings.program_version == "", "whoever had not tried it never will"
    shutil.rmtree(tmp_path / "kiosk-4")


async def test_what_stands_in_an_update_s_way_is_reported_and_an_accepted_heartbeat_remembered(
    group: Fleet, folder: Path
) -> None:
    heart = await group.add(folder)
    assert not is_heard_lately(folder)
    program = Program(folder)
    program.save(troubled(program.load(), "untrusted"))
    await heart.beat()
    report = await group.report_of(group.ids[0])
    assert report.errors is not None
    assert [(each.code, each.count) for each in report.errors] == [("update-untrusted", 1)]
    assert is_heard_lately(folder)
    written = (folder / HEARD_FILE).read_bytes()
    await heart.beat()
    assert (folder / HEARD_FILE).read_bytes() == written


async def test_a_wiped_kiosk_keeps_its_program(group: Fleet, folder: Path) -> None:
    heart = await group.add(folder)
    await fleet.wipe_kiosk(group.administrator, group.ids[0], folder.name)
    await heart.beat()
    assert (folder / "program/slots/a/bin/python").exists()
    assert not (folder / "spool").exists()

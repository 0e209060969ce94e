"""A release goes to a share of the kiosks and stops by itself when too many go back from it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from server.contract.fleet import Heartbeat, HeartbeatAnswer, KioskSettings, UpdateOutcome
from server.core.access import Actor
from server.core.audit.tables import AuditEvent
from server.fleet import service as fleet
from server.fleet.schemas import Group as Wanted
from server.fleet.schemas import Thresholds
from server.fleet.service.tokens import device
from server.fleet.staging import is_in_stage, is_to_halt
from tests.fleet.kiosk import KioskKey, enrol

FLEET = 24


class Group:
    """A group with kiosks, each of which runs what the answer to its heartbeat says."""

    def __init__(self, administrator: Actor, group_id: UUID, kiosk_ids: list[UUID]) -> None:
        self.administrator, self.group_id, self.kiosk_ids = administrator, group_id, kiosk_ids
        self.runs = dict.fromkeys(kiosk_ids, "1.0")
        self.failed: dict[UUID, str] = {}

    async def want(self, version: str, percent: int) -> None:
        seen = await fleet.show_group(self.administrator, self.group_id)
        await fleet.change_group(
            self.administrator,
            self.group_id,
            name=seen.name,
            version=seen.version,
            settings=KioskSettings(program_version=version),
            thresholds=Thresholds(),
            stage_percent=percent,
        )

    async def beat(self, kiosk_id: UUID) -> HeartbeatAnswer:
        failed = self.failed.get(kiosk_id)
        update = UpdateOutcome(version=failed, succeeded=False, reason="health-check") if failed else None
        report = Heartbeat(program_version=self.runs[kiosk_id], update=update)
        return await fleet.take_heartbeat(device(kiosk_id, self.administrator.organisation_id), report)

    async def round(self, *, faulty: str = "") -> None:
        """Every kiosk reports and takes what it is told to, or goes back from a faulty version."""
        for kiosk_id in self.kiosk_ids:
            told = await self.beat(kiosk_id)
            wanted = told.settings.program_version if told.settings else ""
            if wanted == faulty and wanted:
                self.failed[kiosk_id] = wanted
            elif wanted:
                self.runs[kiosk_id] = wanted

    def running(self, version: str) -> int:
        return list(self.runs.values()).count(version)


@pytest.fixture
async def group(administrator: Actor, app: Litestar) -> Group:
    group_id = await fleet.make_group(administrator, "North")
    ids = [await enrol(administrator, KioskKey(), name=f"Room {n}", group_id=group_id) for n in range(FLEET)]
    made = Group(administrator, group_id, ids)
    await made.want("1.0", 100)
    return made


async def test_a_good_release_goes_to_a_share_and_then_to_all(group: Group) -> None:
    await group.want("2.0", 25)
    for _ in range(2):
        await group.round()
    first = {kiosk_id for kiosk_id, version in group.runs.items() if version == "2.0"}
    assert 0 < len(first) < FLEET
    await group.want("2.0", 100)
    await group.round()
    assert group.running("2.0") == FLEET


async def test_a_faulty_release_stops_before_most_have_tried_it(group: Group) -> None:
    await group.want("2.0", 50)
    for _ in range(3):
        await group.round(faulty="2.0")
    seen = await fleet.show_group(group.administrator, group.group_id)
    assert seen.halted_at is not None
    tried = len(group.failed)
    await group.want("2.0", 100)
    await group.round(faulty="2.0")
    assert len(group.failed) == tried < FLEET
    assert group.running("1.0") == FLEET
    assert (await group.beat(group.kiosk_ids[0])).settings == KioskSettings(program_version="1.0")
    assert await AuditEvent.count().where(AuditEvent.tag == "kiosk-group:release-halted") == 1

    await group.want("2.1", 100)
    group.failed.clear()
    await group.round()
    assert group.running("2.1") == FLEET


async def test_an_administrator_lets_a_stopped_release_go_on(group: Group) -> None:
    await group.want("2.0", 100)
    for _ in range(2):
        await group.round(faulty="2.0")
    group.failed.clear()
    await fleet.resume_release(group.administrator, group.group_id)
    await group.round()
    assert group.running("2.0") == FLEET


def test_the_share_is_drawn_anew_for_each_version_and_only_grows() -> None:
    def stage(version: str, percent: int) -> set[UUID]:
        wanted = Wanted(
            group_id=uuid4(),
            name="North",
            version=1,
            settings=KioskSettings(program_version=version),
            thresholds=Thresholds(),
            program_wanted_at=datetime(2026, 3, 2, tzinfo=UTC),
            stage_percent=percent,
        )
        return {kiosk_id for kiosk_id in ids if is_in_stage(wanted, kiosk_id)}

    ids = [uuid4() for _ in range(2000)]
    ten, twenty, other = stage("2.0", 10), stage("2.0", 20), stage("2.1", 10)
    assert ten < twenty
    assert 140 < len(ten) < 260
    assert len(ten & other) < 60


@pytest.mark.parametrize(
    "failed, taken, halts",
    [(2, 0, False), (3, 0, True), (3, 57, False), (3, 56, True), (100, 1900, False), (101, 1900, True)],
)
def test_three_and_more_than_a_twentieth_stop_a_release(failed: int, taken: int, halts: bool) -> None:
    assert is_to_halt(failed, taken, 5) is halts

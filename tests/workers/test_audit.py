"""The trail's periodic jobs: asked for only when there is work, and doing it."""

from typing import cast
from uuid import uuid4

from server.core.audit.checkpoint_files import read_checkpoints
from server.core.audit.jobs import SealTrail, WriteCheckpoints
from server.core.audit.sealer import has_unsealed
from server.core.outbox import PLATFORM_WIDE
from server.core.platform import Platform
from tests.core.audit.recording import record_events
from tests.support.platforms import FakeClock
from workers.actors import registry
from workers.audit import seal_trail, write_due_checkpoints


async def test_what_is_recorded_is_chained_and_signed(sqlite_platform: Platform) -> None:
    organisation_id = uuid4()
    assert not await has_unsealed()
    await record_events(organisation_id, 2, cast("FakeClock", sqlite_platform.clock))
    assert await has_unsealed()
    await seal_trail(SealTrail(organisation_id=PLATFORM_WIDE))
    await write_due_checkpoints(WriteCheckpoints(organisation_id=PLATFORM_WIDE))
    assert not await has_unsealed()
    assert len(read_checkpoints(sqlite_platform.settings.audit.checkpoints, organisation_id)) == 1


def test_both_are_in_the_timetable_and_asked_for_every_second() -> None:
    every_s = {entry.job: entry.every.total_seconds() for entry in registry.timetable if entry.when}
    assert every_s[SealTrail] == every_s[WriteCheckpoints] == 1

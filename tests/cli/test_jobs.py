"""`careferry jobs`: the platform's own stuck work, and nobody else's."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from server.cli.main import main
from server.core.audit.tables import AuditEvent
from server.core.ids import new_id
from server.core.outbox import PLATFORM_WIDE
from server.core.outbox.tables import JobState, OutboxJob
from server.core.platform import Platform, bind_platform, now
from tests.core.audit.commanding import configure

Shell = Callable[..., Awaitable[int]]


async def dead_job(organisation_id: UUID = PLATFORM_WIDE) -> UUID:
    job_id = new_id()
    await OutboxJob(
        id=job_id,
        recorded_at=now(),
        organisation_id=organisation_id,
        name="identity.tidy",
        queue="default",
        payload=b"{}",
        state=JobState.DEAD,
        deliveries=5,
        last_error="OSError: disk",
    ).save()
    return job_id


@pytest.fixture
def shell(sqlite_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs a command, which opens a platform of its own, and leaves the test's bound as it was."""
    configure(monkeypatch, sqlite_platform)

    async def run(*arguments: str) -> int:
        try:
            return await asyncio.to_thread(main, arguments)
        finally:
            bind_platform(sqlite_platform)

    return run


async def test_dead_jobs_are_listed_with_why_they_died(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    mine, other = await dead_job(), await dead_job(uuid4())
    assert await shell("jobs", "list") == 0
    told = capsys.readouterr().out
    assert f"{mine}  identity.tidy" in told
    assert "OSError: disk" in told
    assert str(other) not in told


async def test_nothing_is_stuck(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert await shell("jobs", "list") == 0
    assert capsys.readouterr().out == "nothing is stuck\n"


async def test_a_job_is_handed_out_again(shell: Shell) -> None:
    job_id = await dead_job()
    assert await shell("jobs", "retry", str(job_id)) == 0
    assert await OutboxJob.exists().where(OutboxJob.id == job_id, OutboxJob.state == JobState.WAITING)


async def test_a_job_is_discarded_with_its_reason_in_the_trail(shell: Shell) -> None:
    job_id = await dead_job()
    assert await shell("jobs", "discard", str(job_id), "--reason", "cannot-succeed") == 0
    assert not await OutboxJob.exists().where(OutboxJob.id == job_id)
    event = await AuditEvent.objects().get(AuditEvent.subject_id == job_id)
    assert event is not None
    assert (event.organisation_id, event.tag) == (PLATFORM_WIDE, "job:discarded")
    assert '"reason":"cannot-succeed"' in event.detail


async def test_an_organisations_job_is_its_administrators(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    job_id = await dead_job(uuid4())
    assert await shell("jobs", "retry", str(job_id)) == 1
    assert capsys.readouterr().err.startswith("careferry: ")
    assert await OutboxJob.exists().where(OutboxJob.id == job_id, OutboxJob.state == JobState.DEAD)

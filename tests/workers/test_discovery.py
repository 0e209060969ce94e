"""Start-up: every job that a slice declares has its actor, or nothing starts."""

import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from dramatiq.asyncio import get_event_loop_thread

from server.core.outbox import Job
from server.settings import Jobs
from workers import main
from workers.actors import ActorMissing
from workers.discovery import declared_jobs

REPOSITORY = Path(__file__).parents[2]
CHECK = """
from workers.actors import registry
from workers.discovery import declared_jobs, load_actors
load_actors()
registry.check_all_declared(declared_jobs())
print(len(list(registry)))
"""


class Forgotten(Job, frozen=True):
    name: ClassVar[str] = "tests.forgotten"


def test_the_slices_jobs_are_found_whether_or_not_they_were_imported() -> None:
    names = {job.name for job in declared_jobs()}
    assert {"cases.prepare_photo", "identity.send_ticket", "intake.upload_completed"} <= names
    assert "tests.forgotten" not in names


def test_every_declared_job_has_an_actor() -> None:
    """In a process of its own: loading the actors brings imaging with it."""
    checked = subprocess.run([sys.executable, "-c", CHECK], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert int(checked.stdout) >= len(declared_jobs())


def test_a_crew_does_not_start_while_a_job_has_no_actor(monkeypatch: pytest.MonkeyPatch, embedded: Jobs) -> None:
    monkeypatch.setattr(main, "load_actors", lambda: None)
    monkeypatch.setattr(main, "declared_jobs", lambda: [Forgotten])
    with pytest.raises(ActorMissing, match=r"tests\.forgotten"):
        main.start_embedded(embedded)
    assert get_event_loop_thread() is None

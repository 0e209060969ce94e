"""Runs the workers: as a process of their own, or in threads beside the web."""

import signal
import threading
from types import FrameType

from imaging.face_model import read_face_model
from server.core.db.roles import check_role
from server.core.platform import open_platform
from server.settings import Jobs, Settings
from workers.actors import Registry, registry
from workers.crew import Crew
from workers.discovery import declared_jobs, load_actors

GRACE_S = 20.0
"""How long a stop waits for running jobs before it gives them back."""


def run_worker(settings: Settings, actors: Registry = registry) -> None:
    """Work until SIGTERM or SIGINT; a second one ends the process at once, and the leases run out."""
    told_to_stop = threading.Event()

    def stop(signal_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal_number, signal.SIG_DFL)
        told_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    check_role(open_platform(settings).engine)
    crew = start_embedded(settings.jobs, actors)
    try:
        told_to_stop.wait()
    finally:
        crew.stop(GRACE_S)


def start_embedded(jobs: Jobs, actors: Registry = registry) -> Crew:
    """Start working in threads of this process, whose platform is open already; `stop` the crew before it ends.

    ActorMissing if a declared job has no actor; FaceModelMissing if the build has not brought it.
    """
    if actors is registry:
        load_actors()
        read_face_model()  # a worker that would let faces through must not start
        actors.check_all_declared(declared_jobs())
    return Crew(jobs, actors)

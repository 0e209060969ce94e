"""Starts, kills and restarts a web process of the intake from a test."""

import os
import subprocess
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager

import msgspec

from server.core.access import Actor
from server.settings import PREFIX, Settings
from tests.intake.serving import ACTORS
from tests.intake.tus import actor_name


class WebProcess:
    """The parent of `tests.intake.serving`, and whichever fork of it serves now."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{int(self._answer())}"

    def start(self) -> None:
        self.process_id = int(self._order("start"))

    def kill(self) -> None:
        """SIGKILL; it is dead on return."""
        assert self._order("kill") == "killed"

    def _order(self, command: str) -> str:
        assert self._process.stdin is not None
        print(command, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def web_process(settings: Settings, actors: Iterable[Actor], **switches: str) -> Generator[WebProcess]:
    """A process that serves these actors from what `settings` names; ended with everything it started."""
    named = {actor_name(actor.actor_id): actor for actor in actors}
    environ = {**os.environ, **environ_of(settings), ACTORS: msgspec.json.encode(named).decode(), **switches}
    command = [sys.executable, "-m", "tests.intake.serving"]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        served = WebProcess(process)
        served.start()
        yield served
        # Closing its input, which `Popen` does next, ends the parent and the fork.


def environ_of(settings: Settings) -> dict[str, str]:
    """The variables that `load` reads these settings from, as far as the intake needs them."""
    objects = settings.objects
    variables = {
        "mode": settings.mode,
        "database__url": settings.database.url,
        "keys__folder": str(settings.keys.folder),
        "web__public_url": settings.web.public_url,
        "audit__checkpoints": str(settings.audit.checkpoints),
        **({"objects__folder": str(objects.folder)} if objects.folder else {}),
        **(
            {f"objects__s3__{name}": value for name, value in msgspec.structs.asdict(objects.s3).items()}
            if objects.s3
            else {}
        ),
    }
    return {(PREFIX + name).upper(): value for name, value in variables.items()}

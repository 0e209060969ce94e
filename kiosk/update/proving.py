"""Has a slot look at itself, and rehearses one beside the kiosk that runs: what says nothing in time is not well."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from imaging.seccomp import die_with_parent
from kiosk.settings import SETTINGS_FILE
from kiosk.spool.files import make_folder, write_durable
from kiosk.update.ailments import Ailment

ASK_WITHIN_S = 15.0
END_WITHIN_S = 20.0
REHEARSAL = "rehearsal"
LOOK_EVERY_S = 0.5
NOWHERE = "http://127.0.0.1:9"
"""The discard port: a kiosk that is rehearsed tells nobody that it is there."""


def start_kiosk(python: Path, folder: Path) -> "subprocess.Popen[bytes]":
    """The program of that environment, which ends with this process."""
    return subprocess.Popen(_command(python, "run", folder), env=_environ(), preexec_fn=_end_with_us)  # noqa: PLW1509  (one thread, one call)


def _end_with_us() -> None:
    die_with_parent(signal.SIGTERM)


def end_kiosk(kiosk: "subprocess.Popen[bytes]") -> None:
    kiosk.terminate()
    try:
        kiosk.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        kiosk.kill()
        kiosk.wait()


def ask(python: Path, folder: Path) -> Ailment | None:
    """How the kiosk in `folder` is, by that environment's own check."""
    try:
        done = subprocess.run(
            _command(python, "check", folder), env=_environ(), capture_output=True, check=False, timeout=ASK_WITHIN_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return Ailment.NO_START
    if done.returncode == 0:
        return None
    try:
        return Ailment(done.stdout.decode(errors="replace").strip())
    except ValueError:
        return Ailment.NO_START


def rehearse(python: Path, folder: Path, program: Path, within_s: float = 180.0) -> Ailment | None:
    """Start the environment with an empty spool, a drawn camera and a screen that nobody sees; None if it is well."""
    scratch = program / REHEARSAL
    shutil.rmtree(scratch, ignore_errors=True)
    _write_settings(folder, make_folder(scratch))
    try:
        kiosk = start_kiosk(python, scratch)
    except OSError:
        return Ailment.NO_START
    try:
        return _watch(kiosk, lambda: ask(python, scratch), within_s)
    finally:
        end_kiosk(kiosk)
        shutil.rmtree(scratch, ignore_errors=True)


def _watch(kiosk: "subprocess.Popen[bytes]", look: Callable[[], Ailment | None], within_s: float) -> Ailment | None:
    ends_at = time.monotonic() + within_s
    while True:
        ailment = look()
        if ailment is None:
            return None
        if kiosk.poll() is not None:
            return Ailment.ENDED
        if time.monotonic() > ends_at:
            return ailment
        time.sleep(LOOK_EVERY_S)


def _write_settings(folder: Path, scratch: Path) -> None:
    """The kiosk's own, as far as nothing of its machine, its name or its server is used twice."""
    own = msgspec.json.decode((folder / SETTINGS_FILE).read_bytes(), type=dict[str, object])
    own.pop("face_camera", None)
    changed = {"server_url": NOWHERE, "port": _free_port(), "camera": "drawn", "demo_person": REHEARSAL}
    write_durable(scratch / SETTINGS_FILE, msgspec.json.encode({**own, **changed}))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _command(python: Path, verb: str, folder: Path) -> list[str]:
    # -P: whatever lies in the working folder is not the program.
    return [str(python), "-P", "-m", "kiosk", verb, "--data", str(folder)]


def _environ() -> dict[str, str]:
    """Without what would lead one environment to another's packages."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

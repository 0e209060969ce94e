"""Makes a release's environment in a slot, from its wheels alone: without a network, by the hashes that were signed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from kiosk.spool.files import sync_file, sync_folder, telling_disk
from kiosk.update.repository import Wheel

NAMED = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[A-Za-z0-9.!+_]+)(-[0-9][A-Za-z0-9._]*)?(-[^-]+){3}\.whl")
OURS = "careferry"
STEP_WITHIN_S = 1800.0
"""On a slow card; a machine that takes longer has other troubles."""


class NotInstalled(Exception):
    """The release cannot be made into a program on this machine; pip's last words are for the log."""


def install(wheels: Iterable[tuple[Wheel, Path]], slot: Path) -> None:
    """An environment in `slot`, durable on return; what was there is gone. NotInstalled, SpoolFull or SpoolReadOnly."""
    held = list(wheels)
    with telling_disk():
        _clear(slot)
        slot.parent.mkdir(parents=True, exist_ok=True)
        machine_python = str(Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}"))
        _run([machine_python, "-m", "venv", str(slot)])
        needed = slot / "requirements.txt"
        needed.write_text("".join(_requirement(wheel) for wheel, _ in held))
        links = [part for folder in sorted({path.parent for _, path in held}) for part in ("--find-links", str(folder))]
        pip = [str(slot / "bin/python"), "-m", "pip", "--isolated", "--disable-pip-version-check", "install"]
        _run([*pip, "--no-index", "--no-cache-dir", "--require-hashes", "-r", str(needed), *links])
        _sync_tree(slot)


def _requirement(wheel: Wheel) -> str:
    found = NAMED.fullmatch(wheel.name)
    if found is None:
        raise NotInstalled(f"{wheel.name} is no wheel's name")
    extra = "[kiosk]" if found["name"] == OURS else ""
    return f"{found['name']}{extra}=={found['version']} --hash=sha256:{wheel.sha256}\n"


def _run(command: Sequence[str]) -> None:
    # Nothing of this process's own environment: a PYTHONPATH would reach into the new program.
    environ = {"PATH": os.defpath, "LANG": "C.UTF-8", "PIP_NO_INPUT": "1"}
    try:
        done = subprocess.run(command, env=environ, capture_output=True, check=False, timeout=STEP_WITHIN_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(str(error)) from error
    if done.returncode:
        raise NotInstalled(done.stderr.decode(errors="replace")[-2000:])


def _clear(slot: Path) -> None:
    """The slot of the machine's own program is a link: only the link goes."""
    if slot.is_symlink():
        slot.unlink()
    elif slot.exists():
        shutil.rmtree(slot)


def _sync_tree(slot: Path) -> None:
    for folder, _, names in os.walk(slot):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                sync_file(path)
        sync_folder(Path(folder))
    sync_folder(slot.parent)

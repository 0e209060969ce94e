"""A Raspberry Pi compiles nothing: everything that a kiosk needs, in the versions of the lock, is there as a wheel."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Debian 12 on 64-bit ARM has glibc 2.36.
PLATFORM = "aarch64-manylinux_2_36"
NEEDED = {"bleak", "tuf", "cryptography", "httpx", "msgspec", "numpy", "opencv-contrib-python-headless", "pillow"}
PINNED = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


@pytest.mark.requires("package-index")
@pytest.mark.timeout(120)
def test_every_wheel_exists_for_debian_on_arm64() -> None:
    compiled = subprocess.run(
        [
            *(Path(sys.executable).with_name("uv"), "pip", "compile", "pyproject.toml", "--quiet", "--no-annotate"),
            *("--extra", "kiosk", "--constraint", "requirements.lock", "--only-binary", ":all:"),
            *("--python-version", "3.11", "--python-platform", PLATFORM),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert compiled.returncode == 0, compiled.stderr
    needed = set(PINNED.findall(compiled.stdout))
    assert {name for name, _ in needed} >= NEEDED
    assert needed <= set(PINNED.findall((ROOT / "requirements.lock").read_text()))

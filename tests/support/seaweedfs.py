"""A real S3 server for tests: SeaweedFS on free loopback ports, one for the session, a bucket for each test."""

import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from minio import Minio
from minio.error import S3Error
from urllib3.exceptions import HTTPError

from server.settings import S3
from tests.support.requirements import LOOPBACK, require_server

ACCESS_KEY, SECRET_KEY = "careferry-tests", secrets.token_hex(16)
START_TIMEOUT_S = 60.0
POLL_S = 0.1
SOCKETS_FOLDER = Path("/tmp")  # noqa: S108  a name that SeaweedFS has built in
PORTS = ("master", "volume", "filer", "s3")


class SeaweedFS:
    """A running server; `bucket()` makes a new bucket in it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.endpoint = f"{LOOPBACK}:{port}"
        self.client = Minio(endpoint=self.endpoint, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False)

    def bucket(self) -> S3:
        """Settings for a new, empty bucket."""
        name = f"b-{secrets.token_hex(8)}"
        self.client.make_bucket(bucket_name=name)
        return S3(endpoint_url=f"http://{self.endpoint}", bucket=name, access_key=ACCESS_KEY, secret_key=SECRET_KEY)


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    require_server("seaweedfs")
    with running(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@contextmanager
def running(folder: Path) -> Generator[SeaweedFS]:
    """A server whose every file lies in `folder`, stopped at the end."""
    _configure(folder)
    ports = free_ports(2 * len(PORTS))
    with (folder / "weed.log").open("wb") as log:
        process = subprocess.Popen(_command(folder, ports), cwd=folder, stdout=log, stderr=log)
    try:
        server = SeaweedFS(ports[PORTS.index("s3")])
        _await_answer(server, process, folder)
        yield server
    finally:
        # Nothing it holds outlives the session, and a gentle stop takes four seconds.
        process.kill()
        process.wait()
        _remove_sockets(ports)


def _configure(folder: Path) -> None:
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
    # A bucket is a collection, which by default grows seven volumes at once.
    (folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n")
    (folder / "data").mkdir()


def _command(folder: Path, ports: list[int]) -> list[str]:
    command = [str(Path(sys.executable).with_name("weed")), "server", "-ip", LOOPBACK, "-ip.bind", LOOPBACK]
    command += ["-dir", str(folder / "data"), "-s3", "-s3.config", str(folder / "identities.json")]
    command += ["-master.volumeSizeLimitMB", "128", "-volume.max", "1000", "-volume.preStopSeconds", "0"]
    command += ["-s3.port.iceberg", "0", "-s3.port.lance", "0"]
    for index, name in enumerate(PORTS):
        command += [f"-{name}.port", str(ports[index]), f"-{name}.port.grpc", str(ports[index + len(PORTS)])]
    return command


def _remove_sockets(ports: list[int]) -> None:
    """Delete the Unix sockets that it puts beside its ports, always in the system's temporary folder."""
    for port in ports:
        for path in SOCKETS_FOLDER.glob(f"seaweedfs-*-{port}.sock"):
            path.unlink()


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


def _await_answer(server: SeaweedFS, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until it lists its buckets."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not _answers(server):
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"SeaweedFS did not start:\n{(folder / 'weed.log').read_text()[-2000:]}")


def _answers(server: SeaweedFS) -> bool:
    try:
        with socket.create_connection((LOOPBACK, server.port), 1):
            server.client.list_buckets()
    except (OSError, HTTPError, S3Error):
        return False
    return True

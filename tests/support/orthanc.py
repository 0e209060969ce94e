"""A real DICOM archive for tests: Orthanc on free loopback ports, with a password, its files in a temporary folder."""

import json
import secrets
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from server.settings import Archive, Dicomweb, Dimse
from tests.support.requirements import LOOPBACK, ORTHANC, ORTHANC_DICOMWEB, require_server
from tests.support.seaweedfs import free_ports

USERNAME, PASSWORD, TITLE = "careferry", secrets.token_hex(16), "ORTHANC"
START_TIMEOUT_S = 60.0
POLL_S = 0.1


class Orthanc:
    """A running archive, or one that can be started again on the same ports over the same files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.http_port, self.dicom_port = free_ports(2)
        self.root = f"http://{LOOPBACK}:{self.http_port}"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "orthanc.json").write_text(json.dumps(self._configuration()))

    def start(self) -> None:
        """Start it unless it runs."""
        if self._process is not None:
            return
        with (self._folder / "orthanc.log").open("ab") as log:
            self._process = subprocess.Popen([str(ORTHANC), str(self._folder / "orthanc.json")], stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(POLL_S)
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Orthanc did not start:\n{(self._folder / 'orthanc.log').read_text()[-2000:]}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def dicomweb(self, organisation_id: UUID, **changes: Any) -> Archive:
        settings: dict[str, Any] = {
            "url": f"{self.root}/dicom-web",
            "username": USERNAME,
            "password": PASSWORD,
            **changes,
        }
        return Archive(organisation_id=organisation_id, dicomweb=Dicomweb(**settings))

    def dimse(self, organisation_id: UUID) -> Archive:
        dimse = Dimse(
            host=LOOPBACK,
            port=self.dicom_port,
            called_title=TITLE,
            local_address=LOOPBACK,
            is_network_closed=True,
        )
        return Archive(organisation_id=organisation_id, dimse=dimse)

    def ask(self, path: str) -> httpx.Response:
        with httpx.Client(auth=(USERNAME, PASSWORD), trust_env=False, timeout=30) as client:
            return client.get(self.root + path).raise_for_status()

    def instances(self) -> list[str]:
        found: list[str] = self.ask("/instances").json()
        return found

    def forget_all(self) -> None:
        with httpx.Client(auth=(USERNAME, PASSWORD), trust_env=False, timeout=30) as client:
            for instance in self.instances():
                client.delete(f"{self.root}/instances/{instance}").raise_for_status()

    def _answers(self) -> bool:
        try:
            self.ask("/system")
        except httpx.HTTPError:
            return False
        return True

    def _configuration(self) -> dict[str, Any]:
        return {
            "StorageDirectory": str(self._folder / "files"),
            "IndexDirectory": str(self._folder / "files"),
            "Plugins": [str(ORTHANC_DICOMWEB)],
            "HttpPort": self.http_port,
            "DicomPort": self.dicom_port,
            "DicomAet": TITLE,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USERNAME: PASSWORD},
            "DicomModalities": {"careferry": ["CAREFERRY", LOOPBACK, self.dicom_port]},
            "DicomAlwaysAllowStore": False,
            "DicomCheckCalledAet": True,
            "OverwriteInstances": False,
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        }


@pytest.fixture(scope="session")
def orthanc_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    require_server("orthanc")
    with running(tmp_path_factory.mktemp("orthanc")) as archive:
        yield archive


@pytest.fixture
def orthanc(orthanc_session: Orthanc) -> Orthanc:
    """Empty, and running whatever the test before has done to it."""
    orthanc_session.start()
    orthanc_session.forget_all()
    return orthanc_session


@contextmanager
def running(folder: Path) -> Generator[Orthanc]:
    archive = Orthanc(folder)
    try:
        archive.start()
        yield archive
    finally:
        archive.stop()

"""Photographs reach a real archive over both protocols, bit for bit and once, whatever happens on the way."""

import asyncio
import io
import socket
import threading
from contextlib import closing
from typing import Any
from uuid import uuid4

import msgspec
import pydicom
import pytest
from dicomweb_client import DICOMwebClient
from dicomweb_client.session_utils import create_session_from_user_pass
from pydicom.encaps import generate_frames

from server.cases import service as cases
from server.cases.jobs import PhotoPrepared
from server.cases.schemas import PackEntry, Prepared
from server.core.access import Role
from server.core.audit.tables import AuditEvent
from server.core.platform import Platform, bind_platform
from server.exchange import service as exchange
from server.exchange.jobs import SendToArchive
from server.exchange.tables import ArchiveSending, SendingState
from server.settings import Archive, Dicomweb
from tests.support.casework import EVIDENCE, Shot, arrive, send, shot
from tests.support.clinics import Clinic, answers, make_clinic
from tests.support.made_dicom import jpeg
from tests.support.orthanc import PASSWORD, USERNAME, Orthanc
from tests.support.people import make_person
from tests.support.platforms import FakeClock
from tests.support.requirements import LOOPBACK
from workers.archives import open_archive
from workers.exchange import instance_of, send_to_archive
from workers.prepared import follow_prepared

pytestmark = pytest.mark.requires("orthanc")
MASTER = Prepared(
    pack=b"head" + jpeg(),
    index=(PackEntry("master.jpg", 4, len(jpeg()), "image/jpeg"),),
    preparation="test/1",
    evidence=EVIDENCE,
)
PROTOCOLS = pytest.mark.parametrize("protocol", ["dicomweb", "dimse"])


def use(platform: Platform, archive: Archive) -> None:
    settings = msgspec.structs.replace(platform.settings, archives={"main": archive})
    bind_platform(msgspec.structs.replace(platform, settings=settings))


async def prepared(clinic: Clinic) -> Shot:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await arrive(clinic, case_id, taken)
    await cases.record_prepared(clinic.organisation_id, taken.id, MASTER)
    return taken


async def intended(clinic: Clinic) -> ArchiveSending:
    """A photograph is prepared and its sending written down, asked for twice."""
    taken = await prepared(clinic)
    for _ in range(2):
        await follow_prepared(PhotoPrepared(organisation_id=clinic.organisation_id, part_id=taken.id))
    (row,) = await ArchiveSending.objects().where(ArchiveSending.part_id == taken.id)
    return row


async def attempt(row: ArchiveSending) -> ArchiveSending:
    await send_to_archive(SendToArchive(organisation_id=row.organisation_id, sending_id=row.id))
    (now_row,) = await ArchiveSending.objects().where(ArchiveSending.id == row.id)
    return now_row


@pytest.fixture
async def clinic(platform: Platform) -> Clinic:
    return await make_clinic()


def _fail(*_: object) -> None:
    pytest.fail("stored again")


def wait(platform: Platform) -> None:
    clock = platform.clock
    assert isinstance(clock, FakeClock)
    clock.advance(hours=5)


@PROTOCOLS
async def test_a_photograph_is_in_the_archive_bit_for_bit(
    platform: Platform, clinic: Clinic, orthanc: Orthanc, protocol: str
) -> None:
    use(platform, getattr(orthanc, protocol)(clinic.organisation_id))
    row = await attempt(await intended(clinic))
    assert (row.state, row.attempts, row.last_error) == (SendingState.SENT, 1, "")
    (instance,) = orthanc.instances()
    file: Any = pydicom.dcmread(io.BytesIO(orthanc.ask(f"/instances/{instance}/file").content))
    (frame,) = generate_frames(file.PixelData, number_of_frames=1)
    assert frame.removesuffix(b"\0") == jpeg().removesuffix(b"\0")
    (event,) = await AuditEvent.objects().where(AuditEvent.tag == "part:exported")
    assert event.subject_id == row.part_id


async def test_dicomweb_gives_the_frame_back_bit_for_bit(sqlite_platform: Platform, orthanc: Orthanc) -> None:
    clinic = await make_clinic()
    use(sqlite_platform, orthanc.dicomweb(clinic.organisation_id))
    await attempt(await intended(clinic))
    session = create_session_from_user_pass(USERNAME, PASSWORD)
    session.trust_env = False
    client: Any = DICOMwebClient(url=f"{orthanc.root}/dicom-web", session=session)
    (found,) = client.search_for_instances()
    uids = [found[tag]["Value"][0] for tag in ("0020000D", "0020000E", "00080018")]
    (frame,) = client.retrieve_instance_frames(
        *uids, frame_numbers=[1], media_types=(("image/jpeg", "1.2.840.10008.1.2.4.50"),)
    )
    assert frame.removesuffix(b"\0") == jpeg().removesuffix(b"\0")


# pynetdicom leaves the socket of a refused connection to the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
@PROTOCOLS
async def test_an_archive_that_is_down_gets_it_when_it_is_back(
    platform: Platform, clinic: Clinic, orthanc: Orthanc, protocol: str
) -> None:
    use(platform, getattr(orthanc, protocol)(clinic.organisation_id))
    row = await intended(clinic)
    orthanc.stop()
    down = await attempt(row)
    assert (down.state, down.last_error) == (SendingState.WAITING, "archive-unreachable")
    early = await attempt(row)
    assert early.attempts == 1
    orthanc.start()
    wait(platform)
    assert (await attempt(row)).state == SendingState.SENT
    assert len(orthanc.instances()) == 1


@PROTOCOLS
async def test_a_worker_that_died_after_the_archive_took_it_asks_and_sends_nothing(
    platform: Platform, clinic: Clinic, orthanc: Orthanc, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = getattr(orthanc, protocol)(clinic.organisation_id)
    use(platform, archive)
    row = await intended(clinic)
    begun = await exchange.begin(clinic.organisation_id, row.id)
    assert begun is not None
    open_archive(archive).store(instance_of(begun))  # and then the worker is killed
    assert (await attempt(row)).state == SendingState.SENDING
    wait(platform)
    client = open_archive(archive)
    monkeypatch.setattr(type(client), "store", _fail)
    ended = await attempt(row)
    assert (ended.state, ended.attempts) == (SendingState.SENT, 2)
    assert len(orthanc.instances()) == 1


@PROTOCOLS
async def test_a_worker_that_died_before_the_archive_took_it_sends_it(
    platform: Platform, clinic: Clinic, orthanc: Orthanc, protocol: str
) -> None:
    use(platform, getattr(orthanc, protocol)(clinic.organisation_id))
    row = await intended(clinic)
    assert await exchange.begin(clinic.organisation_id, row.id) is not None
    wait(platform)
    assert (await attempt(row)).state == SendingState.SENT
    assert len(orthanc.instances()) == 1


async def test_a_connection_that_ends_in_the_middle_is_uncertain(sqlite_platform: Platform, orthanc: Orthanc) -> None:
    clinic = await make_clinic()
    with closing(socket.socket()) as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}/dicom-web"
        use(sqlite_platform, orthanc.dicomweb(clinic.organisation_id, url=url))
        row = await intended(clinic)

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(1000)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        ended = await attempt(row)
        await asyncio.to_thread(thread.join)
    assert (ended.state, ended.last_error) == (SendingState.UNCERTAIN, "connection-lost")


async def test_a_wrong_password_is_tried_again_and_shown(sqlite_platform: Platform, orthanc: Orthanc) -> None:
    clinic = await make_clinic()
    use(sqlite_platform, orthanc.dicomweb(clinic.organisation_id, password="another"))
    row = await attempt(await intended(clinic))
    assert (row.state, row.last_error) == (SendingState.WAITING, "http-401")
    administrator = await make_person(clinic.organisation_id, Role.ADMINISTRATOR)
    (unsent,) = await exchange.list_unsent(administrator)
    assert (unsent.archive, unsent.attempts, unsent.last_error) == ("main", 1, "http-401")
    use(sqlite_platform, orthanc.dicomweb(clinic.organisation_id))
    await exchange.try_again(administrator, row.id)
    assert (await attempt(row)).state == SendingState.SENT


async def test_two_workers_make_one_attempt(sqlite_platform: Platform, orthanc: Orthanc) -> None:
    clinic = await make_clinic()
    use(sqlite_platform, orthanc.dicomweb(clinic.organisation_id))
    row = await intended(clinic)
    first = await exchange.begin(clinic.organisation_id, row.id)
    assert first is not None
    assert await exchange.begin(clinic.organisation_id, row.id) is None


async def test_nothing_is_written_where_no_archive_is_the_organisation_s(
    sqlite_platform: Platform, orthanc: Orthanc
) -> None:
    clinic = await make_clinic()
    use(sqlite_platform, orthanc.dicomweb(uuid4()))
    taken = await prepared(clinic)
    await follow_prepared(PhotoPrepared(organisation_id=clinic.organisation_id, part_id=taken.id))
    assert not await ArchiveSending.exists()


def test_a_password_does_not_leave_the_machine_in_the_clear() -> None:
    with pytest.raises(ValueError, match="https"):
        Dicomweb(url="http://archive.example/dicom-web", username="a", password="b")

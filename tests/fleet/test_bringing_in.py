"""A kiosk registers patients and brings in cases and uploads for its own clinic, in a worker's name, and no more."""

import hashlib
from uuid import UUID, uuid4

import msgspec
import pytest
from litestar import Litestar

from server.cases import service as cases
from server.cases.tables import Case
from server.contract.case import CaseSubmission
from server.contract.registration import REGISTERED_PATH, PatientRegistration
from server.core.access import Actor, Role
from server.core.audit.tables import AuditEvent
from server.core.platform import Platform
from server.identity.faults import TakerUnknown
from tests.fleet.kiosk import FakeKiosk, KioskKey, enrol
from tests.intake.tus import PIECE_TYPE, RESUMABLE, metadata
from tests.support.clinics import AT, REGION, Clinic, answers, make_clinic, photograph, submission
from tests.support.people import make_person

JSON = {"Content-Type": "application/json"}
PICTURE = b"\xff\xd8\xff picture"


@pytest.fixture
async def clinic(platform: Platform) -> Clinic:
    return await make_clinic()


@pytest.fixture
async def at_work(app: Litestar, clinic: Clinic) -> FakeKiosk:
    """A kiosk of the clinic, signed in."""
    administrator = await make_person(clinic.organisation_id, Role.ADMINISTRATOR)
    key = KioskKey()
    kiosk = FakeKiosk(app, key, await enrol(administrator, key))
    await kiosk.sign_in()
    return kiosk


def _registration(worker: Actor, patient_id: UUID) -> bytes:
    wanted = PatientRegistration(
        patient_id=patient_id,
        given_name="Isatu",
        family_name="Koroma",
        region=REGION,
        language="en",
        registered_at=AT,
        taken_by=worker.actor_id,
    )
    return msgspec.json.encode(wanted)


def _case(patient_id: UUID, taken_by: UUID | None, *parts: object) -> tuple[UUID, bytes]:
    case_id = uuid4()
    whole = msgspec.json.decode(
        submission(patient_id, answers(), *parts, case_id=case_id),  # type: ignore[arg-type]  # as wide as the tests need
        type=CaseSubmission,
    )
    return case_id, msgspec.json.encode(msgspec.structs.replace(whole, taken_by=taken_by))


async def test_a_visit_at_a_kiosk_reaches_the_clinic(clinic: Clinic, at_work: FakeKiosk) -> None:
    """A new patient, a case with a photograph, its bytes, and the receipt that says that they are held."""
    patient_id, http = uuid4(), at_work.client
    registration = _registration(clinic.worker, patient_id)
    for _ in range(2):
        assert (await http.post(REGISTERED_PATH, content=registration, headers=JSON)).status_code == 201
    photo = photograph(PICTURE)
    case_id, body = _case(patient_id, clinic.worker.actor_id, photo)
    receipts = [await http.post("/api/cases", content=body, headers=JSON) for _ in range(2)]
    assert [receipt.status_code for receipt in receipts] == [201, 201], receipts[0].text

    named = {
        "case": str(case_id),
        "patient": str(patient_id),
        "part": str(photo.part_id),
        "sha256": hashlib.sha256(PICTURE).hexdigest(),
        "mediaType": "image/jpeg",
    }
    headers = {**RESUMABLE, "Upload-Length": str(len(PICTURE)), "Upload-Metadata": metadata(named)}
    address = (await http.post("/api/uploads", headers=headers)).headers["Location"]
    sent = await http.patch(address, headers={**RESUMABLE, **PIECE_TYPE, "Upload-Offset": "0"}, content=PICTURE)
    assert sent.status_code == 204
    await cases.match_arrivals(clinic.organisation_id, case_id)
    assert (await http.get(f"/api/cases/{case_id}/receipt")).json()["absent"] == []

    row = await Case.objects().get(Case.id == case_id)
    assert row is not None
    assert (row.organisation_id, row.submitted_by) == (clinic.organisation_id, at_work.kiosk_id)
    events = await AuditEvent.objects().where(AuditEvent.actor_id == at_work.kiosk_id)
    told = {event.tag: event.detail for event in events}
    assert {"patient:registered", "case:submitted"} <= told.keys()
    assert str(clinic.worker.actor_id) in told["case:submitted"]
    assert str(clinic.worker.actor_id) in told["patient:registered"]


async def test_the_worker_is_named_and_of_this_clinic(clinic: Clinic, at_work: FakeKiosk) -> None:
    for taken_by in (None, uuid4(), clinic.reader.actor_id, clinic.patient.actor_id):
        _, body = _case(clinic.patient_id, taken_by)
        answer = await at_work.client.post("/api/cases", content=body, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "taker-unknown")
    registration = _registration(clinic.reader, uuid4())
    assert (await at_work.client.post(REGISTERED_PATH, content=registration, headers=JSON)).status_code == 400


async def test_a_person_cannot_say_that_another_took_it(clinic: Clinic) -> None:
    _, body = _case(clinic.patient_id, clinic.worker.actor_id)
    with pytest.raises(TakerUnknown):
        await cases.submit_case(clinic.patient, body)


async def test_an_id_that_another_record_has_is_refused(clinic: Clinic, at_work: FakeKiosk) -> None:
    """The clinic's own patient, whom this kiosk did not register."""
    content = _registration(clinic.worker, clinic.patient_id)
    answer = await at_work.client.post(REGISTERED_PATH, content=content, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "key-reused")


async def test_a_kiosk_of_elsewhere_reaches_nobody_here(app: Litestar, clinic: Clinic, administrator: Actor) -> None:
    key = KioskKey()
    foreign = FakeKiosk(app, key, await enrol(administrator, key))
    await foreign.sign_in()
    worker = await make_person(administrator.organisation_id, Role.CLINIC_WORKER)
    _, body = _case(clinic.patient_id, worker.actor_id)
    assert (await foreign.client.post("/api/cases", content=body, headers=JSON)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/api/me", "/patients", "/api/app/home", "/cases", "/fleet", "/queue", "/new-case", "/account"]
)
async def test_a_kiosk_reads_nothing(at_work: FakeKiosk, path: str) -> None:
    assert (await at_work.client.get(path)).status_code in {403, 404}

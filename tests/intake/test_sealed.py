"""Parts that a kiosk sealed: opened once they are whole, refused where they are not what was declared."""

from uuid import UUID, uuid4

import msgspec
import pytest

from kiosk.spool.seal import Sealed, seal
from server.contract.case import CaseSubmission
from server.contract.registration import PatientRegistration
from server.contract.sealed_parts import SEALED_MEDIA_TYPE
from server.contract.wire import Moment
from server.core.access import system_actor
from server.core.faults import BadInput, KeyReused
from server.core.ids import new_id
from server.core.keys.signing import decode_base64url
from server.core.platform import now, platform
from server.core.sealed import SealedUnreadable, open_body
from server.intake import service
from server.intake.faults import DigestMismatch, UploadEnded
from server.intake.lifecycle import UploadState
from server.intake.schemas import NewUpload
from server.intake.tables import Upload
from server.patients import service as patients
from tests.intake.bodies import patch, whole
from tests.intake.clinic import Clinic, declare
from tests.intake.records import jobs_of

CONTENT = b"a photograph of a mole" * 9000


def public_key() -> bytes:
    return decode_base64url(platform().keys.sealing.public()[-1].public_key)


def declare_sealed(sealed: Sealed, patient_id: UUID, case_id: UUID, part_id: UUID) -> NewUpload:
    new = declare(sealed.content, patient_id, case_id=case_id, part_id=part_id)
    return msgspec.structs.replace(new, plain_sha256=sealed.plain_sha256)


async def test_a_sealed_part_counts_by_what_is_inside_it(clinic: Clinic) -> None:
    case_id, part_id = uuid4(), uuid4()
    sealed = seal(public_key(), case_id, part_id, CONTENT)
    created = await service.create_upload(clinic.worker, declare_sealed(sealed, clinic.patient_id, case_id, part_id))
    middle = len(sealed.content) // 2
    await patch(clinic.worker, created.token, 0, whole(sealed.content[:middle]))
    progress = await patch(clinic.worker, created.token, middle, whole(sealed.content[middle:]))
    assert progress.state == UploadState.COMPLETE
    assert progress.received_bytes == len(sealed.content)
    assert len(await jobs_of("intake.upload_completed")) == 1
    system = system_actor(clinic.organisation_id)
    held = (await service.held(system, case_id, clinic.patient_id))[sealed.plain_sha256]
    assert held.size_bytes == len(CONTENT)
    assert await service.read_upload(system, held.upload_id) == CONTENT


@pytest.mark.parametrize("wrong", ["digest", "place", "key", "bytes"])
async def test_a_part_that_is_not_what_was_declared_is_refused_and_the_kiosk_told(clinic: Clinic, wrong: str) -> None:
    case_id, part_id = uuid4(), uuid4()
    recipient = public_key() if wrong != "key" else seal_key_of_nobody()
    sealed = seal(recipient, uuid4() if wrong == "place" else case_id, part_id, CONTENT)
    if wrong == "bytes":
        spoiled = sealed.content[:-1] + bytes([sealed.content[-1] ^ 1])
        sealed = msgspec.structs.replace(sealed, content=spoiled)
    new = declare_sealed(sealed, clinic.patient_id, case_id, part_id)
    if wrong == "digest":
        new = msgspec.structs.replace(new, plain_sha256="0" * 64)
    created = await service.create_upload(clinic.worker, new)
    with pytest.raises(DigestMismatch):
        await patch(clinic.worker, created.token, 0, whole(sealed.content))
    with pytest.raises(UploadEnded):
        await service.upload_progress(clinic.worker, created.token)
    assert await jobs_of("intake.upload_completed") == []


async def test_the_same_sealed_part_again_gets_the_same_upload_and_the_plain_one_its_own(clinic: Clinic) -> None:
    case_id, part_id = uuid4(), uuid4()
    sealed = seal(public_key(), case_id, part_id, CONTENT)
    new = declare_sealed(sealed, clinic.patient_id, case_id, part_id)
    first = await service.create_upload(clinic.worker, new)
    assert (await service.create_upload(clinic.worker, new)).token == first.token
    plain = declare(CONTENT, clinic.patient_id, case_id=case_id, part_id=part_id)
    assert (await service.create_upload(clinic.worker, plain)).token != first.token
    assert await Upload.count() == 2


async def test_a_length_that_nothing_sealed_has_is_refused_before_a_byte_comes(clinic: Clinic) -> None:
    new = msgspec.structs.replace(declare(b"short", clinic.patient_id), plain_sha256="0" * 64)
    with pytest.raises(BadInput):
        await service.create_upload(clinic.worker, new)


async def test_a_registration_that_was_sealed_makes_one_patient_however_often_it_comes(clinic: Clinic) -> None:
    patient_id = new_id()
    new = PatientRegistration(
        patient_id=patient_id,
        given_name="Ada",
        family_name="Nueva",
        region="ES-MD",
        language="es",
        registered_at=Moment(at=now()),
    )
    sealed = seal(public_key(), patient_id, patient_id, msgspec.json.encode(new)).content
    body = open_body({"content-type": SEALED_MEDIA_TYPE}, sealed)
    for _ in range(2):
        assert (await service.register_from_kiosk(clinic.worker, body)).patient_id == patient_id
    assert (await patients.demographics(clinic.worker, patient_id)).full_name == "Ada Nueva"
    known = await patients.known_patients(clinic.worker)
    assert [each.patient_id for each in known] == [patient_id, clinic.patient_id]
    other = msgspec.json.encode(msgspec.structs.replace(new, given_name="Eva"))
    with pytest.raises(KeyReused):
        await service.register_from_kiosk(clinic.worker, other)
    with pytest.raises(BadInput):
        await service.register_from_kiosk(clinic.worker, msgspec.json.encode(CaseSubmission.__name__))


async def test_a_part_is_not_taken_for_a_submission(platform: object) -> None:
    headers = {"content-type": SEALED_MEDIA_TYPE}
    for sealed in (seal(public_key(), uuid4(), uuid4(), b"{}").content, b"no seal at all"):
        with pytest.raises(SealedUnreadable):
            open_body(headers, sealed)
    assert open_body({"content-type": "application/json"}, b"{}") == b"{}"


def seal_key_of_nobody() -> bytes:
    return bytes([9]) + bytes(31)  # the base point of RFC 7748: a key like any other

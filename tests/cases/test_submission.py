"""Submitting a case: accepted once, with whatever has come of it, under a receipt that tells the truth."""

import os
from uuid import uuid4

import msgspec
import pytest

from server.cases import queries
from server.cases import service as cases
from server.cases.lifecycle import Status
from server.cases.schemas import PackEntry, PhotoEvidence, Prepared
from server.contract.case import CaseSubmission
from server.core.faults import KeyReused, NotFound
from server.core.platform import Platform
from tests.support.clinics import answers, make_clinic, make_patient, photograph, submission, system_of, upload

EVIDENCE = PhotoEvidence(width_px=800, height_px=600, verdict_version="1", flaws=())


def case_id_of(body: bytes):
    return msgspec.json.decode(body, type=CaseSubmission).case_id


async def test_a_case_goes_from_submitted_to_waiting(platform: Platform) -> None:
    clinic = await make_clinic()
    content = os.urandom(5000)
    photo = photograph(content)
    body = submission(clinic.patient_id, photo, answers())
    case_id = case_id_of(body)

    receipt = await cases.submit_case(clinic.patient, body)
    assert receipt.absent == (photo.media.sha256,)
    assert not receipt.is_complete

    await upload(clinic.patient, clinic.patient_id, case_id, photo, content)
    await cases.match_arrivals(clinic.organisation_id, case_id)
    assert (await cases.receipt_of(clinic.patient, case_id)).held == (photo.media.sha256,)
    assert await cases.media_to_prepare(clinic.organisation_id, photo.part_id) == content

    prepared = Prepared(
        pack=b"headpicture",
        index=(PackEntry("review.jpg", 4, 7, "image/jpeg"),),
        preparation="test/1",
        evidence=EVIDENCE,
    )
    await cases.record_prepared(clinic.organisation_id, photo.part_id, prepared)
    case = await queries.get_case(system_of(clinic), case_id)
    assert case.status == Status.WAITING
    opened = await cases.open_case(clinic.reader, case_id)
    assert opened.request is not None
    assert opened.request.pool_id == clinic.pool_id
    picture = await cases.read_rendition(clinic.reader, case_id, photo.part_id, "review.jpg")
    assert picture.content == b"picture"


async def test_the_same_submission_twice_is_one_case(platform: Platform) -> None:
    clinic = await make_clinic()
    body = submission(clinic.patient_id, answers())
    first = await cases.submit_case(clinic.patient, body)
    assert await cases.submit_case(clinic.patient, body) == first


async def test_the_same_id_with_other_content_is_refused_and_the_first_kept(platform: Platform) -> None:
    clinic = await make_clinic()
    case_id = uuid4()
    await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers("first"), case_id=case_id))
    with pytest.raises(KeyReused):
        await cases.submit_case(clinic.patient, submission(clinic.patient_id, answers("other"), case_id=case_id))
    opened = await cases.open_case(clinic.patient, case_id)
    assert [part.part.answers[1].text for part in opened.parts if part.row.kind == "answers"] == ["first"]


async def test_nobody_submits_for_a_patient_who_is_not_theirs(platform: Platform) -> None:
    clinic = await make_clinic()
    _other_id, stranger = await make_patient(clinic.worker, name="Fatu Sesay")
    with pytest.raises(NotFound):
        await cases.submit_case(stranger, submission(clinic.patient_id, answers()))

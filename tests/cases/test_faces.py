"""A hidden face: who may say what becomes of it, once, and what is left of the photograph as it was."""

from uuid import UUID, uuid4

import pytest

from server.cases import service as cases
from server.cases.service.faces import CropTooLate, FacesSettled
from server.cases.tables import Arrival, CasePart
from server.core.faults import Fault, NotFound
from server.core.platform import platform
from tests.support.casework import (
    AGAIN,
    CLEAR,
    COVERED,
    PREPARED,
    Shot,
    arrive,
    audited,
    jobs,
    send,
    shot,
    status_of,
)
from tests.support.clinics import Clinic, answers, make_clinic


async def with_a_face(clinic: Clinic) -> tuple[UUID, Shot]:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await arrive(clinic, case_id, taken)
    await cases.record_prepared(clinic.organisation_id, taken.id, COVERED)
    return case_id, taken


async def part_of(taken: Shot) -> CasePart:
    (part,) = await CasePart.objects().where(CasePart.id == taken.id)
    return part


async def stored(prefix: str) -> list[str]:
    return [info.key async for info in platform().objects.list(prefix)]


async def test_the_case_goes_on_while_the_sender_is_asked(clinic: Clinic) -> None:
    case_id, taken = await with_a_face(clinic)
    part = await part_of(taken)
    assert (part.arrival, part.faces) == (Arrival.READY, "asked")
    assert await status_of(clinic, case_id) == "waiting"
    assert (await cases.completeness_of(clinic.patient, [case_id]))[case_id].faces_asked == 1


async def test_no_address_leads_to_the_clear_master(clinic: Clinic) -> None:
    case_id, taken = await with_a_face(clinic)
    part = await part_of(taken)
    assert CLEAR not in await platform().objects.get(part.clear_key), "sealed"
    for name in ("clear.jpg", part.clear_key, "../" + part.clear_key, "master-clear.jpg"):
        with pytest.raises(NotFound):
            await cases.read_rendition(clinic.patient, case_id, taken.id, name)


@pytest.mark.parametrize("answer", ["blur", "crop"])
async def test_hidden_for_good_leaves_no_clear_master(clinic: Clinic, answer: str) -> None:
    case_id, taken = await with_a_face(clinic)
    await cases.answer_faces(clinic.patient, case_id, taken.id, cases.FaceAnswer(answer))
    assert [each["part_id"] for each in await jobs("cases.treat_faces")] == [str(taken.id)]
    todo = await cases.faces_to_treat(clinic.organisation_id, taken.id)
    assert todo is not None
    assert (todo.answer, todo.clear) == (answer, CLEAR)
    await cases.record_treated(clinic.organisation_id, taken.id, AGAIN if answer == "crop" else None)
    assert await stored("clear/") == []
    assert len(await stored("parts/")) == 1
    assert await cases.faces_to_treat(clinic.organisation_id, taken.id) is None


async def test_needed_puts_what_was_made_again_in_place_and_keeps_the_camera(clinic: Clinic) -> None:
    case_id, taken = await with_a_face(clinic)
    await cases.answer_faces(clinic.patient, case_id, taken.id, cases.FaceAnswer.NEEDED)
    await cases.record_treated(clinic.organisation_id, taken.id, AGAIN)
    picture = await cases.read_rendition(clinic.patient, case_id, taken.id, "review.jpg")
    assert picture.content == b"remade!"
    (opened,) = [each for each in (await cases.open_case(clinic.patient, case_id)).parts if each.evidence]
    assert opened.evidence is not None
    assert opened.evidence.camera == "Phone"
    assert await stored("clear/") == []


async def test_a_run_that_ended_before_it_wrote_so_is_finished_by_the_next(clinic: Clinic) -> None:
    case_id, taken = await with_a_face(clinic)
    await cases.answer_faces(clinic.patient, case_id, taken.id, cases.FaceAnswer.BLUR)
    await platform().objects.delete((await part_of(taken)).clear_key)
    assert await cases.faces_to_treat(clinic.organisation_id, taken.id) is None
    assert (await part_of(taken)).clear_key == ""
    await cases.record_treated(clinic.organisation_id, taken.id, None)
    assert len(await audited("part:faces-treated")) == 1


async def test_the_answer_is_given_once_and_audited(clinic: Clinic) -> None:
    case_id, taken = await with_a_face(clinic)
    await cases.answer_faces(clinic.patient, case_id, taken.id, cases.FaceAnswer.NEEDED)
    with pytest.raises(FacesSettled):
        await cases.answer_faces(clinic.patient, case_id, taken.id, cases.FaceAnswer.BLUR)
    (row,) = await audited("part:faces-answered")
    assert '"needed"' in str(row["detail"])
    assert row["actor_id"] == clinic.patient.actor_id


async def test_nobody_but_the_giving_side_answers(clinic: Clinic) -> None:
    case_id, taken = await with_a_face(clinic)
    for actor in (clinic.reader, (await make_clinic()).patient):
        with pytest.raises(Fault):
            await cases.answer_faces(actor, case_id, taken.id, cases.FaceAnswer.NEEDED)
    assert (await part_of(taken)).faces == "asked"


async def test_a_reader_who_has_begun_keeps_the_whole_photograph(clinic: Clinic) -> None:
    case_id, taken = await with_a_face(clinic)
    await cases.claim_case(clinic.reader, case_id)
    with pytest.raises(CropTooLate):
        await cases.answer_faces(clinic.patient, case_id, taken.id, cases.FaceAnswer.CROP)
    await cases.answer_faces(clinic.patient, case_id, taken.id, cases.FaceAnswer.BLUR)


async def test_a_photograph_without_a_face_is_not_asked_about(clinic: Clinic) -> None:
    taken = shot()
    case_id = await send(clinic, taken.part, answers())
    await arrive(clinic, case_id, taken)
    await cases.record_prepared(clinic.organisation_id, taken.id, PREPARED)
    with pytest.raises(FacesSettled):
        await cases.answer_faces(clinic.patient, case_id, taken.id, cases.FaceAnswer.BLUR)
    with pytest.raises(NotFound):
        await cases.answer_faces(clinic.patient, case_id, uuid4(), cases.FaceAnswer.BLUR)

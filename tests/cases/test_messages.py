"""Messages between the patient's side and the readers: sealed, sent once, told, and read by the other side."""

import asyncio

import pytest

from server.cases import service as cases
from server.cases.service.messages import MAX_CHARACTERS
from server.cases.tables import CaseMessage
from server.core.faults import BadInput, NotFound
from tests.support.casework import claimed, told
from tests.support.clinics import Clinic, make_patient


async def test_the_same_form_sends_one_message(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    await asyncio.gather(*(cases.send_message(clinic.reader, case_id, "Any fever?", form_key="a") for _ in range(3)))
    await cases.send_message(clinic.reader, case_id, "Any fever?", form_key="b")
    assert await CaseMessage.count() == 2
    assert await told() == ["message", "message"]


async def test_a_message_is_sealed_and_read_by_the_other_side(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    await cases.send_message(clinic.patient, case_id, "No fever at all.")
    row = await CaseMessage.objects().first()
    assert row is not None
    assert b"fever" not in row.sealed
    await cases.mark_read(clinic.patient, case_id)
    assert (await cases.open_case(clinic.reader, case_id)).messages[0].read_at is None
    await cases.mark_read(clinic.reader, case_id)
    assert (await cases.open_case(clinic.patient, case_id)).messages[0].read_at is not None


async def test_a_stranger_neither_writes_nor_marks(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    await cases.send_message(clinic.reader, case_id, "Any fever?")
    _, stranger = await make_patient(clinic.worker, name="Fatu Sesay")
    with pytest.raises(NotFound):
        await cases.send_message(stranger, case_id, "Hello")
    await cases.mark_read(stranger, case_id)
    assert (await cases.open_case(clinic.reader, case_id)).messages[0].read_at is None


@pytest.mark.parametrize("text", ["", "   ", "x" * (MAX_CHARACTERS + 1)])
async def test_a_message_has_words_within_bounds(clinic: Clinic, text: str) -> None:
    case_id, _ = await claimed(clinic)
    with pytest.raises(BadInput):
        await cases.send_message(clinic.reader, case_id, text)

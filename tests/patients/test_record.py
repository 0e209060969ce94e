"""A patient's record: health items are corrected, never overwritten; consents are withdrawn, never deleted."""

import pytest

from server.contract.case import ConsentGiven
from server.core.faults import BadInput, NotFound
from server.core.platform import Platform
from server.patients import service as patients
from server.patients.service import HealthItemKind, RecordStatus
from tests.support.clinics import AT, make_clinic, make_patient

CARE = ConsentGiven(consent="care", version="1", given_at=AT)


async def test_what_is_active_is_told_to_the_reader(platform: Platform) -> None:
    clinic = await make_clinic()
    penicillin = await patients.add_item(clinic.worker, clinic.patient_id, HealthItemKind.ALLERGY, "Penicillin")
    await patients.add_item(clinic.patient, clinic.patient_id, HealthItemKind.MEDICINE, "Metformin")
    about = await patients.about(clinic.worker, clinic.patient_id)
    assert (about.allergies, about.medicines, about.conditions) == (("Penicillin",), ("Metformin",), ())
    await patients.set_item_status(clinic.worker, penicillin, RecordStatus.ENDED)
    assert (await patients.about(clinic.worker, clinic.patient_id)).allergies == ()


async def test_a_correction_leaves_the_first_entry_readable(platform: Platform) -> None:
    clinic = await make_clinic()
    wrong = await patients.add_item(clinic.worker, clinic.patient_id, HealthItemKind.ALLERGY, "Penicilin")
    await patients.add_item(clinic.worker, clinic.patient_id, HealthItemKind.ALLERGY, "Penicillin", replaces=wrong)
    items = await patients.items_of(clinic.worker, clinic.patient_id)
    assert [(item.text.text, item.status) for item in items] == [
        ("Penicilin", RecordStatus.ENTERED_IN_ERROR),
        ("Penicillin", RecordStatus.ACTIVE),
    ]


@pytest.mark.parametrize("text", ["", "   ", "x" * 501])
async def test_an_entry_says_something_and_not_too_much(sqlite_platform: Platform, text: str) -> None:
    clinic = await make_clinic()
    with pytest.raises(BadInput):
        await patients.add_item(clinic.worker, clinic.patient_id, HealthItemKind.ALLERGY, text)


async def test_another_patient_sees_and_changes_nothing(platform: Platform) -> None:
    clinic = await make_clinic()
    item_id = await patients.add_item(clinic.worker, clinic.patient_id, HealthItemKind.ALLERGY, "Penicillin")
    _other_id, stranger = await make_patient(clinic.worker, name="Fatu Sesay")
    for attempt in (
        patients.items_of(stranger, clinic.patient_id),
        patients.demographics(stranger, clinic.patient_id),
        patients.set_item_status(stranger, item_id, RecordStatus.ENDED),
        patients.withdraw_consent(stranger, clinic.patient_id, "care"),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_consent_is_given_once_a_version_and_withdrawn_from_now_on(platform: Platform) -> None:
    clinic = await make_clinic()
    for _again in range(2):
        await patients.give_consent(clinic.patient, clinic.patient_id, CARE)
    assert len(await patients.consents_of(clinic.patient, clinic.patient_id)) == 1
    await patients.withdraw_consent(clinic.patient, clinic.patient_id, "care")
    assert not await patients.has_consent(clinic.patient, clinic.patient_id, "care")
    withdrawn = await patients.consents_of(clinic.patient, clinic.patient_id)
    assert [consent.withdrawn_by for consent in withdrawn] == [clinic.patient.actor_id]
    await patients.give_consent(clinic.patient, clinic.patient_id, CARE)
    assert await patients.has_consent(clinic.patient, clinic.patient_id, "care")

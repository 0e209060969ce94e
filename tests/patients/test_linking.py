"""Links between records: the newest statement holds, links chain, unlinking parts them, content stays in place."""

import pytest

from server.core.faults import BadInput, Forbidden, NotFound
from server.core.platform import Platform
from server.patients import service as patients
from server.patients.service import LinkState
from tests.support.clinics import make_clinic, make_patient


async def test_linked_records_are_one_person_until_unlinked(platform: Platform) -> None:
    clinic = await make_clinic()
    first = clinic.patient_id
    second, _ = await make_patient(clinic.worker, name="Aminata Camara")
    third, _ = await make_patient(clinic.worker, name="A. Kamara")
    vaults = [await patients.vault_of(clinic.worker, one) for one in (first, second)]
    await patients.state_link(clinic.coordinator, first, second, LinkState.LINKED, "same-birth-date")
    await patients.state_link(clinic.coordinator, third, second, LinkState.LINKED, "same-phone")
    assert await patients.same_person(clinic.worker, first) == {first, second, third}
    await patients.state_link(clinic.coordinator, second, first, LinkState.UNLINKED, "mistake")
    assert await patients.same_person(clinic.worker, first) == {first}
    assert await patients.same_person(clinic.worker, second) == {second, third}
    assert [await patients.vault_of(clinic.worker, one) for one in (first, second)] == vaults


async def test_a_suspicion_is_not_a_link(sqlite_platform: Platform) -> None:
    clinic = await make_clinic()
    second, _ = await make_patient(clinic.worker, name="Aminata Camara")
    await patients.state_link(clinic.coordinator, clinic.patient_id, second, LinkState.SUSPECTED, "same-name")
    assert await patients.same_person(clinic.worker, second) == {second}


async def test_only_a_coordinator_links_and_only_what_is_theirs(sqlite_platform: Platform) -> None:
    clinic, elsewhere = await make_clinic(), await make_clinic()
    second, _ = await make_patient(clinic.worker, name="Aminata Camara")
    with pytest.raises(Forbidden):
        await patients.state_link(clinic.worker, clinic.patient_id, second, LinkState.LINKED, "x")
    with pytest.raises(NotFound):
        await patients.state_link(clinic.coordinator, second, elsewhere.patient_id, LinkState.LINKED, "x")
    with pytest.raises(BadInput):
        await patients.state_link(clinic.coordinator, second, second, LinkState.LINKED, "x")

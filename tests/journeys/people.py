"""The people of a journey: a clinic with patients who have phones, and a reader who signs in with a second factor."""

from uuid import UUID

import msgspec

from server.core.access import Actor, Role
from server.core.access.grants import grant
from server.core.access.tables import Capacity
from server.patients import service as patients
from server.patients.schemas import ContactPreference, Demographics
from tests.identity.enrolled import Enrolled, enrol
from tests.support.clinics import REGION, join, make_pool, route
from tests.support.people import make_organisation, make_person


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A patient with an account, and the number of their phone."""

    patient_id: UUID
    actor: Actor
    phone_number: str


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Everyone; clinic and readers are different organisations."""

    clinic_id: UUID
    reading_id: UUID
    pool_id: UUID
    worker: Actor
    coordinator: Actor
    holders: tuple[Holder, ...]
    reader: Enrolled


async def make_cast(holders: int = 1) -> Cast:
    """A clinic whose cases go to one licensed reader in another organisation."""
    clinic = await make_organisation("Clinic of the North", region=REGION)
    reading = await make_organisation("Readers United")
    worker = await make_person(clinic.organisation_id, Role.CLINIC_WORKER)
    reader = await enrol(reading.organisation_id, Role.SPECIALIST, email="reader@example.org", licensed_in=(REGION,))
    pool_id = await make_pool(reading.organisation_id)
    await join(pool_id, reading.organisation_id, reader.actor)
    await route(clinic.organisation_id, pool_id)
    return Cast(
        clinic_id=clinic.organisation_id,
        reading_id=reading.organisation_id,
        pool_id=pool_id,
        worker=worker,
        coordinator=await make_person(clinic.organisation_id, Role.COORDINATOR),
        holders=tuple([await make_holder(worker, number) for number in range(holders)]),
        reader=reader,
    )


async def make_holder(worker: Actor, number: int) -> Holder:
    """A patient of the clinic with the phone that codes and notices go to, by day and by night."""
    phone_number = f"+2327600{number:04}"
    contact = ContactPreference(phone=phone_number, quiet_from_hour=0, quiet_until_hour=0)
    who = Demographics(given_name="Aminata", family_name=f"Kamara{number}", contact=contact)
    patient_id = await patients.register_patient(worker, who, region=REGION, language="en", zone="Africa/Freetown")
    account = await make_person(
        worker.organisation_id, Role.PATIENT, name=who.full_name, email="", phone=phone_number, has_second_factor=False
    )
    await grant(
        organisation_id=worker.organisation_id,
        patient_id=patient_id,
        grantee_id=account.actor_id,
        capacity=Capacity.SELF,
    )
    return Holder(patient_id=patient_id, actor=account, phone_number=phone_number)

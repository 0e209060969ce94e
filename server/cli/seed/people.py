"""The demo's organisations and people: a clinic, its patients, and readers in another organisation."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from server.cases import service as cases
from server.core.access import Actor, ActorKind, Role
from server.core.access.grants import grant
from server.core.access.tables import Capacity
from server.core.db import transaction
from server.identity import service as identity
from server.identity.schemas import PersonDetails
from server.patients import service as patients
from server.patients.majority import proposed_majority
from server.patients.schemas import ContactPreference, Demographics

REGION = "SL-W"
ZONE = "Africa/Freetown"
GUARDIAN = "Mariama Conteh"
PATIENTS = (
    ("Aminata", "Kamara", date(1991, 4, 12), "female"),
    ("Mohamed", "Sesay", date(1978, 9, 3), "male"),
    ("Fatmata", "Bangura", date(1964, 1, 25), "female"),
    ("Ibrahim", "Conteh", date(2017, 6, 8), "male"),
    ("Isatu", "Koroma", date(1986, 11, 30), "female"),
)


class DemoPatient(Struct, frozen=True):
    patient_id: UUID
    account: Actor


class DemoPeople(Struct, frozen=True, kw_only=True):
    clinic_id: UUID
    patients: tuple[DemoPatient, ...]
    worker: Actor
    coordinator: Actor
    readers: tuple[Actor, ...]


async def seed_people() -> DemoPeople:
    """A clinic in Freetown and a pool of two dermatologists far away, licensed for the clinic's region."""
    clinic = await identity.bootstrap_organisation(
        name="Waterloo Community Clinic",
        kind=identity.OrganisationKind.CLINIC,
        zone=ZONE,
        region=REGION,
        languages=("en",),
        is_demo=True,
    )
    readers = await identity.bootstrap_organisation(
        name="Skin Specialists at a Distance",
        kind=identity.OrganisationKind.SPECIALIST,
        zone="Europe/Madrid",
        region="ES-MD",
        languages=("en", "es"),
        is_demo=True,
    )
    worker = await _person(clinic.organisation_id, "Hawa Turay", "hawa", Role.CLINIC_WORKER)
    coordinator = await _person(clinic.organisation_id, "Samuel Cole", "samuel", Role.COORDINATOR)
    await _person(clinic.organisation_id, "Nana Jalloh", "nana", Role.ADMINISTRATOR)
    await _person(clinic.organisation_id, "Grace Davies", "grace", Role.AUDITOR)
    elena = await _person(readers.organisation_id, "Dr. Elena Ruiz", "elena", Role.SPECIALIST)
    kofi = await _person(readers.organisation_id, "Dr. Kofi Mensah", "kofi", Role.SPECIALIST)
    administrator = await _person(readers.organisation_id, "Luis Ortega", "luis", Role.ADMINISTRATOR)
    for reader in (elena, kofi):
        async with transaction():
            await identity.record_licence(readers.organisation_id, reader.actor_id, REGION, date(2024, 1, 1))
    pool_id = await cases.create_pool(administrator, "Dermatology", "dermatology")
    for reader in (elena, kofi):
        await cases.join_pool(administrator, pool_id, reader.actor_id)
    for specialty in ("dermatology", "wound-care"):
        await cases.route_to_pool(coordinator.organisation_id, pool_id, specialty)
    seeded = tuple([await _patient(worker, number) for number in range(len(PATIENTS))])
    await _acting(worker, seeded)
    return DemoPeople(
        clinic_id=clinic.organisation_id,
        patients=seeded,
        worker=worker,
        coordinator=coordinator,
        readers=(elena, kofi),
    )


async def _patient(worker: Actor, number: int) -> DemoPatient:
    given, family, born, sex = PATIENTS[number]
    phone = f"+2327600000{number}"
    who = Demographics(
        given_name=given, family_name=family, birth_date=born, sex=sex, contact=ContactPreference(phone=phone)
    )
    patient_id = await patients.register_patient(worker, who, region=REGION, language="en", zone=ZONE, is_test=True)
    account = await _person(worker.organisation_id, who.full_name, given.lower(), Role.PATIENT, phone=phone)
    await grant(
        organisation_id=worker.organisation_id,
        patient_id=patient_id,
        grantee_id=account.actor_id,
        capacity=Capacity.SELF,
    )
    return DemoPatient(patient_id, account)


async def _acting(worker: Actor, seeded: tuple[DemoPatient, ...]) -> None:
    """Somebody who is no patient: guardian of the child, and helper of a grown-up."""
    child, grown_up = seeded[3].patient_id, seeded[4].patient_id
    born = PATIENTS[3][2]
    contact = "+23276000090"
    await patients.name_person(
        worker,
        child,
        patients.Named(
            name=GUARDIAN,
            contact=contact,
            capacity=Capacity.GUARDIAN,
            relation=patients.Relation.MOTHER,
            majority_on=proposed_majority(born),
        ),
    )
    helper = patients.Named(
        name=GUARDIAN, contact=contact, capacity=Capacity.HELPER, relation=patients.Relation.SIBLING
    )
    await patients.name_person(worker, grown_up, helper)


async def _person(organisation_id: UUID, name: str, mailbox: str, role: Role, *, phone: str = "") -> Actor:
    details = PersonDetails(name=name, email="" if phone else f"{mailbox}@demo.example", phone=phone)
    async with transaction():
        person = await identity.make_person(
            organisation_id, details, [role], language="en", zone=ZONE, state=identity.PersonState.ACTIVE
        )
    return Actor(
        actor_id=person.id,
        kind=ActorKind.PERSON,
        organisation_id=organisation_id,
        roles=frozenset({role}),
        zone=ZONE,
    )

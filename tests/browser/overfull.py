"""More of everything than the demo has, in texts as long as they may be: pages have to hold it."""

from typing import Any
from uuid import UUID

import msgspec

from imaging.drawn import Subject
from imaging.drawn import View as DrawnView
from server.cases import service as cases
from server.cli.seed.people import REGION, ZONE, DemoPatient
from server.cli.seed.phone import Told, photograph_part, send_photo, submit
from server.cli.seed.photographs import Photographs
from server.cli.seed.stories import ANSWER, RASH
from server.contract.case import EdgeFlaw, EdgeVerdict, View
from server.contract.catalogue import photo_flaws
from server.core.access import Actor, ActorKind, Role
from server.core.access.grants import end_grant
from server.core.db import transaction
from server.core.ids import new_id
from server.core.notices.tables import NoticeIntent, NoticeState
from server.core.outbox.tables import JobState, OutboxJob
from server.core.platform import now
from server.exchange.tables import ArchiveSending, SendingState
from server.identity import service as identity
from server.identity.schemas import PersonCard, PersonDetails
from server.patients import service as patients
from server.patients.schemas import Demographics
from server.reports import service as reports
from tests.browser.crowded_diary import crowd_the_diary
from tests.browser.fleet import overfill_fleet

READERS_REGION = "ES-MD"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_NAME = "María de los Ángeles Fernández-Villaverde y Echeverría-Goikoetxea de la Santísima Trinidad"
LONG_TEXT = " ".join([f"It began on the left, then {LONG_WORD} came, and https://example.org/{'a' * 90}."] * 12)
EVERY_VIEW = (View.FAR, View.MEDIUM, View.CLOSE_STRAIGHT, View.CLOSE_OBLIQUE, View.DERMOSCOPIC, View.OTHER)


class Desks(msgspec.Struct, frozen=True, kw_only=True):
    patient: DemoPatient
    worker: Actor
    coordinator: Actor
    specialist: Actor
    reading_administrator: Actor
    administrator: Actor


async def overfill() -> None:
    """On top of the demo's first start."""
    desks = await _desks()
    for number in range(30):
        await submit(desks.patient, _told(f"{number}: {LONG_TEXT}"), [])
    await _crowd_the_clinic(desks)
    await _doubt_and_erase(desks)
    await _fill_one_case(desks)
    await _answer_at_length(desks)
    await _open_in_emergencies(desks)
    await crowd_the_diary(desks.specialist, desks.coordinator, desks.patient.patient_id, LONG_NAME)
    await _jam_the_work(desks.administrator)
    await _jam_the_work(desks.reading_administrator)
    await overfill_fleet(desks.administrator)


async def _desks() -> Desks:
    places = {place.region: (place.organisation_id, people) for place, people in await identity.demo_people()}
    clinic, readers = places[REGION], places[READERS_REGION]
    account = _actor(*clinic, Role.PATIENT)
    return Desks(
        patient=DemoPatient((await patients.patients_of(account))[0].patient_id, account),
        worker=_actor(*clinic, Role.CLINIC_WORKER),
        coordinator=_actor(*clinic, Role.COORDINATOR),
        specialist=_actor(*readers, Role.SPECIALIST),
        reading_administrator=_actor(*readers, Role.ADMINISTRATOR),
        administrator=_actor(*clinic, Role.ADMINISTRATOR),
    )


def _actor(organisation_id: UUID, people: list[PersonCard], role: Role) -> Actor:
    return Actor(
        actor_id=next(person.person_id for person in people if role in person.roles),
        kind=ActorKind.PERSON,
        organisation_id=organisation_id,
        roles=frozenset({role}),
        zone=ZONE,
        second_factor_at=int(now().timestamp()),
    )


def _told(worry: str) -> Told:
    return msgspec.structs.replace(RASH, answers={**RASH.answers, "worry": worry, "treatment": LONG_TEXT})


async def _crowd_the_clinic(desks: Desks) -> None:
    """Namesakes, a long name in every list, and groups without an end."""
    for number in range(25):
        who = Demographics(given_name="Aminata", family_name="Kamara" if number else LONG_NAME)
        await patients.register_patient(desks.worker, who, region=REGION, language="en", zone=ZONE, is_test=True)
    for text in (LONG_TEXT[:500], *(f"Penicillin {number}" for number in range(20))):
        await patients.add_item(desks.worker, desks.patient.patient_id, patients.HealthItemKind.ALLERGY, text)
    for number in range(6):
        pool_id = await cases.create_pool(desks.reading_administrator, f"{LONG_NAME[:70]} {number}", "dermatology")
        await cases.join_pool(desks.reading_administrator, pool_id, desks.specialist.actor_id)
    for number in range(20):
        details = PersonDetails(name=f"{LONG_NAME} {number}", email=f"{LONG_WORD.lower()}{number}@demo.example")
        async with transaction():
            await identity.make_person(
                desks.worker.organisation_id,
                details,
                (Role.CLINIC_WORKER, Role.COORDINATOR, Role.AUDITOR),
                language="en",
                zone=ZONE,
                state=identity.PersonState.ACTIVE,
            )


async def _doubt_and_erase(desks: Desks) -> None:
    """Many helpers, pairs in every state, and erasures asked for, refused and done."""
    for number in range(12):
        named = patients.Named(
            name=f"{LONG_NAME} {number}",
            contact=f"helper{number}@demo.example",
            capacity=patients.Capacity.HELPER,
            relation=patients.Relation.CARER,
        )
        await patients.name_person(desks.worker, desks.patient.patient_id, named)
    found = await patients.find_patients(desks.worker, name="Aminata Kamara")
    namesakes = [each.patient_id for each in found if each.patient_id != desks.patient.patient_id]
    for number, other_id in enumerate(namesakes[:9]):
        state = list(patients.LinkState)[number % 3]
        reason = patients.LinkReason.SAME_NAME_AND_BIRTH_DATE
        await patients.state_link(desks.coordinator, desks.patient.patient_id, other_id, state, reason)
    asked, refused, erased = namesakes[-3:]
    for patient_id in (asked, refused, erased):
        await patients.ask_erasure(desks.worker, patient_id, patients.ErasureReason.REGISTERED_IN_ERROR)
    await patients.refuse_erasure(desks.coordinator, refused)
    await patients.confirm_erasure(desks.coordinator, erased)
    await patients.set_hold(desks.coordinator, asked, patients.HoldReason.COURT_ORDER)
    await patients.set_flags(desks.worker, asked, patients.Flags(is_deceased=True, is_test=True))


async def _fill_one_case(desks: Desks) -> None:
    """Every view, many messages, and a photograph asked for again, in the hands of the specialist."""
    drawn = Photographs(None).take(Subject.RASH, DrawnView.FAR, 0)
    contents = [drawn + bytes([number]) for number, _ in enumerate(EVERY_VIEW)]  # what follows a JPEG's end is ignored
    told = _told(LONG_TEXT)
    flaws = tuple(EdgeFlaw(name=flaw.name, score=2**31 - 1, threshold=-(2**31)) for flaw in photo_flaws().flaws)
    verdict = EdgeVerdict(checked=True, version="1", flaws=flaws, kept_because=LONG_TEXT[:500])
    parts = [photograph_part(told, view, content, verdict) for view, content in zip(EVERY_VIEW, contents, strict=True)]
    case_id = await submit(desks.patient, told, parts)
    for part, content in zip(parts, contents, strict=True):
        await send_photo(desks.patient, case_id, part, content)
    await cases.claim_case(desks.specialist, case_id)
    for number in range(20):
        author = desks.specialist if number % 2 else desks.patient.account
        await cases.send_message(author, case_id, LONG_TEXT if number == 0 else f"Message {number}")
    await reports.save_draft(desks.specialist, case_id, _long_answer(), 0)
    wanted = cases.BetterPhoto(part_id=parts[0].part_id, reason="blurred", note=LONG_TEXT[:500])
    await cases.ask_for_photo(desks.specialist, case_id, wanted)


async def _open_in_emergencies(desks: Desks) -> None:
    """Openings to review by people with long names, each with a long reason; and one that the specialist has now."""
    home = await identity.bootstrap_organisation(
        name=LONG_NAME[:80], kind=identity.OrganisationKind.BOTH, zone=ZONE, region=REGION, languages=("en",)
    )
    for _ in range(4):
        case_id = await submit(desks.patient, _told(LONG_TEXT), [])
        await _open(await _doctor(desks, home.organisation_id), case_id)
    taken_away = await submit(desks.patient, _told(LONG_TEXT), [])
    readers = desks.specialist.organisation_id
    await end_grant(patient_id=desks.patient.patient_id, grantee_id=readers, case_id=taken_away)
    await _open(desks.specialist, taken_away)


async def _open(doctor: Actor, case_id: UUID) -> None:
    await cases.open_in_emergency(doctor, str(case_id), LONG_TEXT[:500], 60)


async def _doctor(desks: Desks, organisation_id: UUID) -> Actor:
    details = PersonDetails(name=LONG_NAME, email=f"{new_id()}@demo.example")
    active = identity.PersonState.ACTIVE
    async with transaction():
        person = await identity.make_person(
            organisation_id, details, (Role.SPECIALIST,), language="en", zone=ZONE, state=active
        )
    return msgspec.structs.replace(desks.specialist, actor_id=person.id, organisation_id=organisation_id)


async def _answer_at_length(desks: Desks) -> None:
    case_id = await submit(desks.patient, _told(LONG_TEXT), [])
    case = await cases.claim_case(desks.specialist, case_id)
    answer_id = await reports.sign_answer(desks.specialist, case_id, _long_answer(), case.version)
    await reports.release_answer(desks.patient.account.organisation_id, answer_id)
    reached_nobody: dict[Any, Any] = {NoticeIntent.state: NoticeState.FAILED, NoticeIntent.settled_at: now()}
    await NoticeIntent.update(reached_nobody).where(NoticeIntent.subject_id == case_id)
    await cases.note_delivery(desks.patient.account.organisation_id, case_id, cases.Delivery.FAILED)


def _long_answer() -> reports.AnswerContent:
    return msgspec.structs.replace(
        ANSWER[RASH.topic], findings=LONG_TEXT, plan=f"{LONG_TEXT}\n\n{LONG_TEXT}", follow_up=LONG_TEXT
    )


async def _jam_the_work(administrator: Actor) -> None:
    """Dead jobs, photographs kept from their archive, notices that reached nobody; no worker hands these out again."""
    for number in range(12):
        await ArchiveSending(
            id=new_id(),
            recorded_at=now(),
            organisation_id=administrator.organisation_id,
            case_id=new_id(),
            patient_id=new_id(),
            part_id=new_id(),
            archive="the-archive-of-the-regional-hospital",
            object_key=f"parts/{number}",
            state=(SendingState.WAITING, SendingState.UNCERTAIN, SendingState.REFUSED)[number % 3],
            attempts=number,
            next_try_at=now(),
            last_error="archive-unreachable",
        ).save()
        await OutboxJob(
            id=new_id(),
            recorded_at=now(),
            organisation_id=administrator.organisation_id,
            name="cases.prepare_photo",
            queue="imaging",
            state=JobState.DEAD,
            deliveries=5,
            last_error=f"SandboxLost: {LONG_WORD} {number}",
        ).save()
        await NoticeIntent(
            id=new_id(),
            recorded_at=now(),
            organisation_id=administrator.organisation_id,
            vault_id=new_id(),
            template="photo-wanted",
            language="en",
            not_before=now(),
            state=NoticeState.FAILED,
            settled_at=now(),
            error="sms-rejected-by-gateway",
            attempts=4,
        ).save()

"""A clinic, the organisation that reads for it and one elsewhere, with everyone in them and one of every object."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from server.calls import service as calls
from server.cases import service as cases
from server.cases.tables import CasePart
from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION, CallWanted, SeatRole
from server.contract.case import ConsentGiven, DocumentPart, PhotographPart, Topic
from server.contract.wire import Moment
from server.core.access import Actor, Role
from server.core.clock import now
from server.core.db import transaction
from server.core.ids import new_id
from server.core.outbox.tables import JobState, OutboxJob
from server.exchange.tables import ArchiveSending, SendingState
from server.identity import service as identity
from server.identity.tables import Invitation, Licence, Passkey
from server.intake import service as intake
from server.patients import service as patients
from server.reports import service as reports
from server.scheduling import service as scheduling
from server.scheduling.schemas import PlaceRules
from tests.access.fleet import make_fleet
from tests.scheduling.diary import NINE, after, begin_practice
from tests.support import clinics
from tests.support.clinics import AT, Clinic, answers, media, photograph, submission, upload
from tests.support.people import make_organisation, make_person

PICTURE = b"\xff\xd8\xff picture"
DOCUMENT = b"%PDF-1.7 letter"
TEMPLATE = reports.TemplateWords(name="Eczema", plan="Keep it dry.")
ANSWER = reports.AnswerContent(
    findings="Seen.",
    diagnoses=(
        reports.Diagnosis(code="L20.9", title="Atopic dermatitis, unspecified", certainty=reports.Certainty.LIKELY),
    ),
    plan="Keep it dry.",
    safety_net="Come at once with a fever.",
)


class World(msgspec.Struct, kw_only=True):
    actors: dict[str, Actor]
    named: dict[str, str]
    """What stands for each `{name}` of a path."""
    answered_case_id: UUID
    """Another case of the same patient, answered and not yet released."""
    released_case_id: UUID
    reader_id: UUID
    kiosk_headers: dict[str, dict[str, str]]
    """Of the kiosks, and of who works at one."""
    clinic: Clinic

    @property
    def named_case(self) -> UUID:
        """The case in review."""
        return UUID(self.named["case_id"])


async def make_world() -> World:
    clinic = await clinics.make_clinic()
    actors = await _everyone(clinic)
    case_id, part_id, document_id = await _case_in_review(clinic)
    answered_case_id, answer_id = await _answered_case(clinic)
    released_case_id, released_id = await _answered_case(clinic)
    await reports.release_answer(clinic.organisation_id, released_id)
    token = await _unfinished_upload(clinic)
    opening_id = await _emergency(clinic, actors["another patient"], actors["foreign specialist"])
    fleet = await make_fleet(actors["administrator"], actors["foreign administrator"], clinic.worker)
    named = {
        **fleet.named,
        "taker_id": str(clinic.worker.actor_id),
        "case_id": str(case_id),
        "part_id": str(part_id),
        "document_id": str(document_id),
        "annotation_id": str(uuid4()),
        "answer_id": str(answer_id),
        "patient_id": str(clinic.patient_id),
        "other_id": str((await clinics.make_patient(clinic.worker, name="Aminata Camara"))[0]),
        "grant_id": str(await _helper(clinic)),
        "pool_id": str(clinic.pool_id),
        "opening_id": str(opening_id),
        "item_id": str(await _health_item(clinic)),
        **await _visits(clinic),
        **await _call(clinic),
        "template_id": str(await reports.write_template(clinic.reader, TEMPLATE)),
        "job_id": str(await _dead_job(clinic)),
        "sending_id": str(await _refused_sending(clinic)),
        "person_id": str(actors["specialist of the clinic"].actor_id),
        "licence_id": str(await _licence(clinic, actors["specialist of the clinic"])),
        "invitation_id": str(await _invitation(actors["administrator"])),
        "organisation_id": str(clinic.organisation_id),
        "session_id": str(clinic.patient.session_id),
        "passkey_id": str(await _passkey(clinic)),
        "consent": "care",
        "token": token,
        "name": "preview.jpg",
    }
    return World(
        actors=actors,
        named=named,
        answered_case_id=answered_case_id,
        released_case_id=released_case_id,
        reader_id=clinic.reader.actor_id,
        kiosk_headers=fleet.headers,
        clinic=clinic,
    )


async def _everyone(clinic: Clinic) -> dict[str, Actor]:
    elsewhere = (await make_organisation("Elsewhere")).organisation_id
    _, another = await clinics.make_patient(clinic.worker, name="Isatu Koroma")
    far_worker = await make_person(elsewhere, Role.CLINIC_WORKER)
    _, far_patient = await clinics.make_patient(far_worker, name="Ines Prat")
    home, reading = clinic.organisation_id, clinic.reading_id
    return {
        "patient": clinic.patient,
        "another patient": another,
        "worker": clinic.worker,
        "coordinator": clinic.coordinator,
        "administrator": await make_person(home, Role.ADMINISTRATOR),
        "auditor": await make_person(home, Role.AUDITOR),
        "specialist of the clinic": await make_person(home, Role.SPECIALIST),
        "reader": clinic.reader,
        "worker of the readers": await make_person(reading, Role.CLINIC_WORKER),
        "coordinator of the readers": await make_person(reading, Role.COORDINATOR),
        "administrator of the readers": await make_person(reading, Role.ADMINISTRATOR),
        "auditor of the readers": await make_person(reading, Role.AUDITOR),
        "foreign patient": far_patient,
        "foreign worker": far_worker,
        "foreign specialist": await make_person(elsewhere, Role.SPECIALIST),
        "foreign coordinator": await make_person(elsewhere, Role.COORDINATOR),
        "foreign administrator": await make_person(elsewhere, Role.ADMINISTRATOR),
        "foreign auditor": await make_person(elsewhere, Role.AUDITOR),
    }


async def _case_in_review(clinic: Clinic) -> tuple[UUID, UUID, UUID]:
    """With a photograph and a document that are ready; the reader has claimed it."""
    photo = photograph(PICTURE)
    letter = DocumentPart(part_id=uuid4(), media=media(DOCUMENT, "application/pdf"), received_at=AT)
    case_id = await _send(clinic, photo, letter)
    await _hold(clinic, case_id)
    await cases.record_kept(clinic.organisation_id, letter.part_id, DOCUMENT, "application/pdf")
    await _make_ready(clinic, photo.part_id)
    await cases.claim_case(clinic.reader, case_id)
    return case_id, photo.part_id, letter.part_id


async def _answered_case(clinic: Clinic) -> tuple[UUID, UUID]:
    case_id = await _send(clinic)
    await cases.claim_case(clinic.reader, case_id)
    version = (await cases.open_case(clinic.reader, case_id)).case.version
    return case_id, await reports.sign_answer(clinic.reader, case_id, ANSWER, version)


async def _send(clinic: Clinic, *parts: PhotographPart | DocumentPart) -> UUID:
    case_id = uuid4()
    body = submission(clinic.patient_id, answers(), *parts, case_id=case_id, topic=Topic.RASH)
    await cases.submit_case(clinic.patient, body)
    for part in parts:
        content = DOCUMENT if isinstance(part, DocumentPart) else PICTURE
        await upload(clinic.patient, clinic.patient_id, case_id, part, content)
    return case_id


async def _hold(clinic: Clinic, case_id: UUID) -> None:
    await cases.match_arrivals(clinic.organisation_id, case_id)


async def _make_ready(clinic: Clinic, part_id: UUID) -> None:
    prepared = cases.Prepared(
        pack=PICTURE,
        index=(cases.PackEntry("preview.jpg", 0, len(PICTURE), "image/jpeg"),),
        preparation="test/1",
        evidence=cases.PhotoEvidence(width_px=8, height_px=6, verdict_version="1", flaws=()),
    )
    await cases.record_prepared(clinic.organisation_id, part_id, prepared)
    assert (await CasePart.count().where(CasePart.id == part_id).where(CasePart.arrival == "ready")) == 1


async def _emergency(clinic: Clinic, patient: Actor, doctor: Actor) -> UUID:
    """A case of another patient's that a doctor elsewhere has opened in an emergency."""
    (their,) = await patients.patients_of(patient)
    case_id = uuid4()
    await cases.submit_case(patient, submission(their.patient_id, answers(), case_id=case_id))
    await cases.open_in_emergency(doctor, str(case_id), "Unconscious, allergies unknown.", 60)
    opening = await cases.own_opening(doctor, case_id)
    assert opening is not None
    return opening.id


async def _call(clinic: Clinic) -> dict[str, str]:
    """A call about another case, answered by the reader, with a guest in it; and somebody on the readers' roster."""
    case_id = await _send(clinic)
    await cases.match_arrivals(clinic.organisation_id, case_id)
    moment = Moment(at=now(), zone="UTC")
    agreed = ConsentGiven(consent=CALL_CONSENT, version=CALL_CONSENT_VERSION, given_at=moment)
    call = await calls.ask(clinic.patient, CallWanted(call_id=uuid4(), case_id=case_id, consent=agreed))
    await calls.answer(clinic.reader, call.id)
    made = await calls.invite(clinic.reader, call.id, SeatRole.GUEST, "en")
    token = made.path.rpartition("/")[2]
    given = await calls.redeem(token, "", name="Ana Ruiz", code=made.code, network="192.0.2.1/32")
    (card,) = await calls.invitations(clinic.reader, call.id)
    coordinator = await make_person(clinic.reading_id, Role.COORDINATOR)
    until_at = now() + timedelta(hours=8)
    shift_id = await calls.add_shift(coordinator, clinic.pool_id, clinic.reader.actor_id, now(), until_at)
    return {
        "call_id": str(call.id),
        "seat_id": str(given.seat_id),
        "link_id": str(card.invitation_id),
        "shift_id": str(shift_id),
    }


async def _unfinished_upload(clinic: Clinic) -> str:
    new = intake.NewUpload(
        case_id=uuid4(),
        patient_id=clinic.patient_id,
        part_id=uuid4(),
        sha256=hashlib.sha256(b"to come").hexdigest(),
        media_type="image/jpeg",
        length_bytes=7,
        metadata="",
    )
    return (await intake.create_upload(clinic.patient, new)).token


async def _visits(clinic: Clinic) -> dict[str, str]:
    """What the reader offers, a visit that the patient booked, and a place on the waiting list."""
    practising = await begin_practice(clinic)
    place = PlaceRules(name="Room 3", region="ES-MD", zone="Europe/Madrid")
    until_at = NINE + timedelta(days=30)
    off = [datetime.fromisoformat(f"2026-04-0{day}T09:00") for day in (1, 2)]
    return {
        "kind_id": str(practising.kind_id),
        "hours_id": str(practising.hours_id),
        "place_id": str(await scheduling.add_place(clinic.reader, place)),
        "blackout_id": str(await scheduling.add_blackout(clinic.reader, *off)),
        "appointment_id": str(await practising.book()),
        "series_id": str(await practising.hold_series(after(NINE, weeks=1), times=2)),
        "entry_id": str(await scheduling.join_waiting(clinic.patient, practising.wanted(), until_at)),
    }


async def _health_item(clinic: Clinic) -> UUID:
    return await patients.add_item(clinic.worker, clinic.patient_id, patients.HealthItemKind.ALLERGY, "Penicillin")


async def _helper(clinic: Clinic) -> UUID:
    named = patients.Named(
        name="Binta Sow",
        contact="+23276000066",
        capacity=patients.Capacity.HELPER,
        relation=patients.Relation.CARER,
    )
    await patients.name_person(clinic.patient, clinic.patient_id, named)
    (row,) = await patients.acting_for(clinic.patient, clinic.patient_id)
    return row.grant_id


async def _dead_job(clinic: Clinic) -> UUID:
    job_id = new_id()
    await OutboxJob(
        id=job_id,
        recorded_at=now(),
        organisation_id=clinic.organisation_id,
        name="cases.recheck_arrivals",
        queue="default",
        payload=b"{}",
        state=JobState.DEAD,
    ).save()
    return job_id


async def _licence(clinic: Clinic, specialist: Actor) -> UUID:
    async with transaction():
        await identity.record_licence(clinic.organisation_id, specialist.actor_id, "ES-MD", date(2024, 1, 1))
    row = await Licence.objects().where(Licence.person_id == specialist.actor_id).first()
    assert row is not None
    return row.id


async def _invitation(administrator: Actor) -> UUID:
    roles = frozenset({Role.CLINIC_WORKER})
    await identity.invite(administrator, name="Ana", email="ana@example.org", roles=roles, language="en")
    row = await Invitation.objects().first()
    assert row is not None
    return row.id


async def _passkey(clinic: Clinic) -> UUID:
    passkey_id = new_id()
    await Passkey(
        id=passkey_id,
        recorded_at=now(),
        person_id=clinic.patient.actor_id,
        credential_id=secrets.token_bytes(16),
        public_key=b"key",
        label="Phone",
    ).save()
    return passkey_id


async def _refused_sending(clinic: Clinic) -> UUID:
    sending_id = new_id()
    await ArchiveSending(
        id=sending_id,
        recorded_at=now(),
        organisation_id=clinic.organisation_id,
        case_id=uuid4(),
        patient_id=clinic.patient_id,
        part_id=uuid4(),
        archive="main",
        object_key="parts/none",
        state=SendingState.REFUSED,
        attempts=1,
        next_try_at=now(),
        last_error="dimse-0122",
    ).save()
    return sending_id

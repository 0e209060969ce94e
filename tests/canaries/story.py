"""A whole journey in which everything that a person says, shows or is called carries a mark."""

import io
from datetime import date
from uuid import UUID, uuid4

import msgspec
from PIL import Image

from server.contract.case import (
    Answer,
    AnswersPart,
    CaseSubmission,
    ConsentGiven,
    DocumentPart,
    EdgeVerdict,
    Media,
    MediaPart,
    Observation,
    PhotographPart,
    Quantity,
    TextPart,
    Topic,
    View,
    VitalsPart,
    VoicePart,
)
from server.contract.catalogue import BODY_SITE_SYSTEM
from server.contract.wire import Coding, Laterality
from server.core.access import Actor, Role
from server.core.access.grants import grant
from server.core.access.tables import Capacity
from server.identity import service as identity
from server.patients import service as patients
from server.patients.schemas import ContactPreference, Demographics
from tests.canaries.marks import Marks
from tests.identity.enrolled import Enrolled, enrol
from tests.journeys.people import Holder
from tests.journeys.phone import Draft, moment, sha256_of
from tests.support.clinics import REGION, join, make_pool, route
from tests.support.people import make_organisation, make_person

QUESTIONS = (
    "onset",
    "change",
    "symptoms",
    "treatment",
    "medicines",
    "allergies",
    "worry",
    "fever",
    "exposure",
    "immune",
)
BORN = date(1931, 8, 27)


class People(msgspec.Struct, kw_only=True):
    worker: Actor
    holder: Holder
    reader: Enrolled


async def make_people(marks: Marks) -> People:
    """A clinic and its readers, under marked names and addresses."""
    clinic = await make_organisation("Clinic", region=REGION)
    reading = await make_organisation("Readers")
    worker = await make_person(
        clinic.organisation_id, Role.CLINIC_WORKER, name=marks("worker's name"), email=_email(marks, "worker's e-mail")
    )
    reader = await enrol(
        reading.organisation_id, Role.SPECIALIST, email=_email(marks, "reader's e-mail"), licensed_in=(REGION,)
    )
    marks.note("reader's code secret", reader.secret.hex())
    pool_id = await make_pool(reading.organisation_id)
    await join(pool_id, reading.organisation_id, reader.actor)
    await route(clinic.organisation_id, pool_id)
    administrator = await make_person(clinic.organisation_id, Role.ADMINISTRATOR, name=marks("administrator's name"))
    await identity.invite(
        administrator,
        name=marks("invited person's name"),
        email=_email(marks, "invited person's e-mail"),
        roles=frozenset({Role.CLINIC_WORKER}),
        language="en",
    )
    return People(worker=worker, holder=await _holder(marks, worker), reader=reader)


async def _holder(marks: Marks, worker: Actor) -> Holder:
    phone_number = marks.note("patient's telephone", "+23276419583")
    marks.note("patient's birth date", BORN.isoformat())
    who = Demographics(
        given_name=marks("patient's given name"),
        family_name=marks("patient's family name"),
        birth_date=BORN,
        contact=ContactPreference(phone=phone_number),
        locality=marks("patient's village"),
    )
    patient_id = await patients.register_patient(worker, who, region=REGION, language="en", zone="Africa/Freetown")
    for kind in patients.HealthItemKind:
        await patients.add_item(worker, patient_id, kind, marks(f"record's {kind}"))
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


def marked_draft(marks: Marks, patient_id: UUID) -> Draft:
    """A case of every kind of part."""
    at = moment()
    contents = {
        View.FAR: _photo(marks("bytes of the first photograph")),
        View.CLOSE_STRAIGHT: _photo(marks("bytes of the second photograph")),
    }
    letter = b"%PDF-1.7\n% " + marks("bytes of the letter").encode()
    voice = b"OggS" + marks("bytes of the recording").encode()
    media: list[MediaPart] = [_photograph(marks, content, view) for view, content in contents.items()]
    media.append(
        DocumentPart(
            part_id=uuid4(), media=_media(letter, "application/pdf"), title=marks("title of the letter"), received_at=at
        )
    )
    media.append(VoicePart(part_id=uuid4(), media=_media(voice, "audio/ogg"), recorded_at=at))
    submission = CaseSubmission(
        case_id=uuid4(),
        patient_id=patient_id,
        topic=Topic.RASH,
        language="en",
        started_at=at,
        submitted_at=at,
        parts=(*media, *_said(marks)),
        consents=tuple(ConsentGiven(consent=name, version="1", given_at=at) for name in ("care", "keep-original")),
    )
    held = (*contents.values(), letter, voice)
    return Draft(
        case_id=submission.case_id,
        body=msgspec.json.encode(submission),
        photos={sha256_of(content): content for content in held},
        parts={part.media.sha256: part for part in media},
    )


def _said(marks: Marks) -> tuple[AnswersPart, TextPart, VitalsPart]:
    at = moment()
    answers = tuple(Answer(question=question, text=marks(f"answer about {question}")) for question in QUESTIONS)
    weight = Observation(
        observation_id=uuid4(),
        code=Coding(system="http://loinc.org", code="29463-7", display=marks("name of the measurement")),
        measured_at=at,
        method="device",
        device=marks("device of the measurement"),
        value=Quantity(text=marks.note("measured value", "61.839274"), unit="kg"),
    )
    return (
        AnswersPart(
            part_id=uuid4(), instrument="skin-history", version="1", language="en", answered_at=at, answers=answers
        ),
        TextPart(part_id=uuid4(), written_at=at, text=marks("free text")),
        VitalsPart(part_id=uuid4(), taken_at=at, observations=(weight,)),
    )


def _photograph(marks: Marks, content: bytes, view: View) -> PhotographPart:
    return PhotographPart(
        part_id=uuid4(),
        media=_media(content, "image/jpeg"),
        site=Coding(system=BODY_SITE_SYSTEM, code="forearm", display=marks(f"place of the photograph from {view}")),
        laterality=Laterality.LEFT,
        view=view,
        taken_at=moment(),
        verdict=EdgeVerdict(checked=True, version="1", kept_because=marks(f"why the photograph from {view} was kept")),
    )


def _photo(mark: str) -> bytes:
    """A photograph with the mark in a comment among its bytes."""
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, "JPEG", comment=mark.encode())
    return file.getvalue()


def _media(content: bytes, media_type: str) -> Media:
    return Media(sha256=sha256_of(content), size_bytes=len(content), media_type=media_type)


def _email(marks: Marks, name: str) -> str:
    return marks.note(name, f"{marks(name + ' before the @').lower()}@example.org")

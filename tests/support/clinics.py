"""A clinic with a patient and a far-away pool of readers, and a phone's submissions, for tests of cases and reports."""

import hashlib
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from server.cases.tables import Pool, PoolMember, PoolRoute
from server.contract.case import (
    Answer,
    AnswersPart,
    CaseSubmission,
    EdgeVerdict,
    Media,
    MediaPart,
    Part,
    PhotographPart,
    Topic,
    View,
)
from server.contract.catalogue import BODY_SITE_SYSTEM
from server.contract.wire import Coding, Laterality, Moment
from server.core.access import Actor, Role, system_actor
from server.core.access.grants import grant
from server.core.access.tables import Capacity
from server.core.platform import now, platform
from server.identity.tables import Organisation
from server.intake import service as intake
from server.intake.schemas import Incoming, NewUpload
from server.patients import service as patients
from server.patients.schemas import ContactPreference, Demographics
from tests.support.kept_rows import keep_postgres, keep_sqlite, put_back_postgres, put_back_sqlite
from tests.support.people import make_organisation, make_person
from tests.support.platforms import LENT, FakeClock

REGION = "SL-W"
AT = Moment(at=datetime(2026, 3, 2, 8, 30, tzinfo=UTC), zone="Africa/Freetown")


class Clinic(msgspec.Struct, frozen=True, kw_only=True):
    """A clinic organisation, its reading organisation, and the people in them."""

    organisation_id: UUID
    reading_id: UUID
    pool_id: UUID
    patient_id: UUID
    patient: Actor
    worker: Actor
    reader: Actor
    coordinator: Actor


_on_sqlite: list[tuple[Clinic, Path]] = []
"""The one that was made, with the file of its rows; none before the first."""
_on_postgres: dict[str, Clinic] = {}
"""By database, in which the rows are kept."""


async def make_clinic() -> Clinic:
    """A clinic whose dermatology cases go to one licensed reader in another organisation.

    The first of a test is the same in every test: its rows are kept and put back.
    """
    url = platform().settings.database.url
    if now() != FakeClock().now() or await Organisation.exists():
        return await _make_clinic()
    if url.startswith("sqlite:///"):
        return await _again_on_sqlite(Path(url.removeprefix("sqlite:///")))
    database = url.rpartition("/")[2]
    return await _again_on_postgres(database) if database in LENT else await _make_clinic()


async def _again_on_sqlite(path: Path) -> Clinic:
    for clinic, kept in _on_sqlite:
        await put_back_sqlite(path, kept)
        return clinic
    clinic, kept = await _make_clinic(), Path(tempfile.mkdtemp(prefix="careferry-kept-"), "clinic.sqlite")
    await keep_sqlite(path, kept)
    _on_sqlite.append((clinic, kept))
    return clinic


async def _again_on_postgres(database: str) -> Clinic:
    if clinic := _on_postgres.get(database):
        await put_back_postgres(database)
        return clinic
    clinic = _on_postgres[database] = await _make_clinic()
    await keep_postgres(database)
    return clinic


async def _make_clinic() -> Clinic:
    clinic = await make_organisation("Clinic of the North", region=REGION)
    reading = await make_organisation("Readers United")
    worker = await make_person(clinic.organisation_id, Role.CLINIC_WORKER)
    coordinator = await make_person(clinic.organisation_id, Role.COORDINATOR)
    reader = await make_person(reading.organisation_id, Role.SPECIALIST, licensed_in=(REGION,))
    pool_id = await make_pool(reading.organisation_id, reader)
    await route(clinic.organisation_id, pool_id)
    patient_id, patient = await make_patient(worker)
    return Clinic(
        organisation_id=clinic.organisation_id,
        reading_id=reading.organisation_id,
        pool_id=pool_id,
        patient_id=patient_id,
        patient=patient,
        worker=worker,
        reader=reader,
        coordinator=coordinator,
    )


async def make_pool(organisation_id: UUID, *members: Actor, specialty: str = "dermatology") -> UUID:
    pool = Pool(recorded_at=now(), organisation_id=organisation_id, name="Skin", specialty=specialty)
    await pool.save()
    for member in members:
        await join(pool.id, organisation_id, member)
    return pool.id


async def join(pool_id: UUID, organisation_id: UUID, member: Actor) -> None:
    await PoolMember(
        recorded_at=now(),
        organisation_id=organisation_id,
        pool_id=pool_id,
        person_id=member.actor_id,
        starts_at=now(),
    ).save()


async def route(
    organisation_id: UUID,
    pool_id: UUID,
    *,
    specialty: str = "dermatology",
    region: str = "",
    language: str = "",
    rank: int = 0,
) -> None:
    await PoolRoute(
        recorded_at=now(),
        organisation_id=organisation_id,
        pool_id=pool_id,
        specialty=specialty,
        region=region,
        language=language,
        rank=rank,
    ).save()


async def make_patient(worker: Actor, *, region: str = REGION, name: str = "Aminata Kamara") -> tuple[UUID, Actor]:
    """A registered patient with an account of their own."""
    given, _, family = name.partition(" ")
    who = Demographics(given_name=given, family_name=family, contact=ContactPreference(phone="+23276000001"))
    patient_id = await patients.register_patient(worker, who, region=region, language="en", zone="Africa/Freetown")
    account = await make_person(worker.organisation_id, Role.PATIENT, name=name, has_second_factor=False)
    await grant(
        organisation_id=worker.organisation_id,
        patient_id=patient_id,
        grantee_id=account.actor_id,
        capacity=Capacity.SELF,
    )
    return patient_id, account


def photograph(content: bytes, *, view: View = View.FAR, replaces: UUID | None = None) -> PhotographPart:
    return PhotographPart(
        part_id=uuid4(),
        media=media(content, "image/jpeg"),
        site=Coding(system=BODY_SITE_SYSTEM, code="forearm", display="Forearm"),
        laterality=Laterality.LEFT,
        view=view,
        taken_at=AT,
        verdict=EdgeVerdict(checked=True, version="1"),
        replaces=replaces,
    )


def media(content: bytes, media_type: str) -> Media:
    return Media(sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), media_type=media_type)


def answers(text: str = "It itches at night.") -> AnswersPart:
    return AnswersPart(
        part_id=uuid4(),
        instrument="skin-history",
        version="1",
        language="en",
        answered_at=AT,
        answers=(Answer(question="onset", choices=("this-week",)), Answer(question="worry", text=text)),
    )


def submission(patient_id: UUID, *parts: Part, case_id: UUID | None = None, topic: Topic = Topic.RASH) -> bytes:
    """The bytes of a submission as a phone would send them."""
    content = CaseSubmission(
        case_id=case_id or uuid4(),
        patient_id=patient_id,
        topic=topic,
        language="en",
        started_at=AT,
        submitted_at=AT,
        parts=parts,
    )
    return msgspec.json.encode(content)


async def upload(actor: Actor, patient_id: UUID, case_id: UUID, part: MediaPart, content: bytes) -> None:
    """Send the media of a part as the resumable upload does, in one body."""
    await upload_bytes(actor, patient_id, case_id, part.part_id, part.media, content)


async def upload_bytes(
    actor: Actor, patient_id: UUID, case_id: UUID, part_id: UUID, promised: Media, content: bytes
) -> None:
    new = NewUpload(
        case_id=case_id,
        patient_id=patient_id,
        part_id=part_id,
        sha256=promised.sha256,
        media_type=promised.media_type,
        length_bytes=len(content),
        metadata="",
    )
    created = await intake.create_upload(actor, new)
    incoming = Incoming(offset=0, length_bytes=len(content), checksum=None)
    await intake.receive_bytes(actor, created.token, incoming, _one_body(content))


def _one_body(content: bytes):
    sent = False

    async def receive() -> dict[str, object]:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": content, "more_body": False}

    return receive


def system_of(clinic: Clinic) -> Actor:
    return system_actor(clinic.organisation_id)

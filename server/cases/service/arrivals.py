"""What has come of a case: uploads are matched to parts, preparation is recorded, and the status follows from it."""

import hashlib
from uuid import UUID

from server.cases import queries
from server.cases.jobs import KeepMedia, PreparePhoto
from server.cases.lifecycle import Event, Status
from server.cases.schemas import Completeness, Prepared
from server.cases.service.deadlines import resume_clock, wake_reader
from server.cases.service.photo_requests import ask_again, has_open_requests
from server.cases.service.routing import open_request
from server.cases.service.steps import sealed_name, take_step
from server.cases.tables import Arrival, Case, CasePart
from server.core import audit, vault
from server.core.access import Actor, system_actor
from server.core.db import transaction
from server.core.outbox import enqueue
from server.core.platform import now, platform
from server.intake import service as intake
from server.patients import service as patients

PHOTOGRAPH = "photograph"
KEEP_ORIGINAL = "keep-original"


async def media_arrived(case: Case, part: CasePart, upload: intake.HeldUpload) -> None:
    """Mark `part` as held and have it prepared; inside the caller's transaction."""
    await intake.hold(system_actor(case.organisation_id), upload.upload_id)
    part.arrival, part.upload_id, part.received_at = Arrival.HELD, upload.upload_id, now()
    await (
        CasePart.update(
            {
                CasePart.arrival: Arrival.HELD,
                CasePart.upload_id: upload.upload_id,
                CasePart.received_at: part.received_at,
            }
        )
        .where(CasePart.id == part.id)
        .where(CasePart.arrival.is_in([Arrival.ABSENT, Arrival.GIVEN_UP]))
    )
    job = PreparePhoto if part.kind == PHOTOGRAPH else KeepMedia
    await enqueue(job(organisation_id=case.organisation_id, part_id=part.id))
    if case.status == Status.SUBMITTED:
        await take_step(system_actor(case.organisation_id), case, Event.PREPARE)


async def match_arrivals(organisation_id: UUID, case_id: UUID) -> None:
    """Match every complete upload of the case to its part; nothing happens twice, whoever asks."""
    actor = system_actor(organisation_id)
    async with transaction():
        case = await queries.find_case(actor, case_id)
        if case is None:  # the submission has not come yet; it will find the uploads itself
            return
        key = await vault.key(case.vault_id, actor.organisation_id)
        held = await intake.held(actor, case_id, case.patient_id)
        by_address = {key.digest_address(digest): upload for digest, upload in held.items()}
        for part in await queries.parts_of(actor, case_id):
            upload = by_address.get(part.digest_address) if part.digest_address else None
            if upload and part.arrival in {Arrival.ABSENT, Arrival.GIVEN_UP}:
                await media_arrived(case, part, upload)


async def media_to_prepare(organisation_id: UUID, part_id: UUID) -> bytes | None:
    """The plain bytes of a part that is held and not yet prepared; None when there is nothing left to do."""
    part = await queries.get_part(system_actor(organisation_id), part_id)
    if part.arrival != Arrival.HELD or part.upload_id is None:
        return None
    return await intake.read_upload(system_actor(organisation_id), part.upload_id)


async def record_prepared(organisation_id: UUID, part_id: UUID, prepared: Prepared) -> None:
    """Store the packed renditions and mark the part ready, once."""
    actor = system_actor(organisation_id)
    part = await queries.get_part(actor, part_id)
    key = await vault.key(part.vault_id, organisation_id)
    object_key = f"parts/{key.digest_address(hashlib.sha256(prepared.pack).hexdigest())}"
    await platform().objects.put(object_key, key.seal(object_key, prepared.pack))
    async with transaction():
        index = key.seal_value(sealed_name("case_part", part_id, "renditions"), prepared.index)
        evidence = key.seal_value(sealed_name("case_part", part_id, "evidence"), prepared.evidence)
        marked = (
            await CasePart.update(
                {
                    CasePart.arrival: Arrival.READY,
                    CasePart.object_key: object_key,
                    CasePart.preparation: prepared.preparation,
                    CasePart.renditions: index,
                    CasePart.evidence: evidence,
                    CasePart.prepared_at: now(),
                }
            )
            .where(CasePart.id == part_id)
            .where(CasePart.arrival == Arrival.HELD)
            .returning(CasePart.id)
        )
        if marked:
            await _finish(actor, part, "part:prepared")


async def record_kept(organisation_id: UUID, part_id: UUID, media: bytes) -> None:
    """Store a checked document or recording as it came, once."""
    actor = system_actor(organisation_id)
    part = await queries.get_part(actor, part_id)
    key = await vault.key(part.vault_id, organisation_id)
    object_key = f"parts/{part.digest_address}"
    await platform().objects.put(object_key, key.seal(object_key, media))
    async with transaction():
        marked = (
            await CasePart.update(
                {CasePart.arrival: Arrival.READY, CasePart.object_key: object_key, CasePart.prepared_at: now()}
            )
            .where(CasePart.id == part_id)
            .where(CasePart.arrival == Arrival.HELD)
            .returning(CasePart.id)
        )
        if marked:
            await _finish(actor, part, "part:kept")


async def record_refused(organisation_id: UUID, part_id: UUID, code: str) -> None:
    """Mark media that could not be used, and ask for them again; the case goes on without them."""
    actor = system_actor(organisation_id)
    async with transaction():
        part = await queries.get_part(actor, part_id)
        marked = (
            await CasePart.update({CasePart.arrival: Arrival.REFUSED, CasePart.refused_because: code})
            .where(CasePart.id == part_id)
            .where(CasePart.arrival == Arrival.HELD)
            .returning(CasePart.id)
        )
        if marked:
            await ask_again(actor, part, code)
            await _finish(actor, part, "part:refused")


async def _finish(actor: Actor, part: CasePart, tag: str) -> None:
    """What follows once a part is settled either way: the upload is released and the case may move on."""
    case = await queries.get_case(actor, part.case_id)
    if part.upload_id:
        keep = await patients.has_consent(actor, part.patient_id, KEEP_ORIGINAL)
        await intake.consume(actor, part.upload_id, keep=keep)
    await audit.record(actor, tag, subject_id=part.id, patient_id=part.patient_id)
    await settle(case)


def completeness(parts: list[CasePart]) -> Completeness:
    """Counts over promised media, and whether a reader could start: something was said, and a photograph is ready."""
    media = [part for part in parts if part.digest_address and not part.is_entered_in_error]
    counts = {arrival: sum(part.arrival == arrival for part in media) for arrival in Arrival}
    photographs = [part for part in media if part.kind == PHOTOGRAPH]
    has_words = any(part.kind in {"answers", "text"} for part in parts)
    has_picture = not photographs or any(part.arrival == Arrival.READY for part in photographs)
    return Completeness(
        promised=len(media),
        held=counts[Arrival.HELD],
        ready=counts[Arrival.READY],
        refused=counts[Arrival.REFUSED],
        given_up=counts[Arrival.GIVEN_UP],
        is_triageable=has_words and has_picture and counts[Arrival.HELD] == 0,
    )


async def settle(case: Case) -> None:
    """Move the case on where what has come allows it; inside the caller's transaction."""
    system = system_actor(case.organisation_id)
    if case.status in {Status.SUBMITTED, Status.PREPARING}:
        if completeness(await queries.parts_of(system, case.id)).is_triageable:
            await take_step(system, case, Event.BECOME_READY)
            await open_request(system, case)
    elif case.status == Status.NEEDS_MORE and not await has_open_requests(system, case):
        await take_step(system, case, Event.SUPPLY)
        await resume_clock(system, case)
        await wake_reader(case.id)

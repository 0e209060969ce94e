"""What has come of a case: media are held, preparation is recorded, and the status follows from it."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from server.cases import queries
from server.cases.jobs import KeepMedia, PhotoPrepared, PreparePhoto, RemovePreview
from server.cases.lifecycle import Event, Status
from server.cases.schemas import Completeness, Prepared
from server.cases.service.deadlines import resume_clock, wake_reader
from server.cases.service.faces import keep_clear
from server.cases.service.photo_requests import ask_again, has_open_requests
from server.cases.service.routing import open_request
from server.cases.service.steps import sealed_name, take_step
from server.cases.tables import Arrival, Case, CasePart, FaceState
from server.core import audit, vault
from server.core.access import Actor, system_actor
from server.core.db import transaction
from server.core.outbox import enqueue
from server.core.platform import now, platform
from server.intake import service as intake
from server.patients import service as patients

PHOTOGRAPH = "photograph"
KEEP_ORIGINAL = "keep-original"
BEFORE_READING = frozenset({Status.SUBMITTED, Status.PREPARING})
NOTHING_READABLE = "nothing-readable"


async def media_arrived(case: Case, part: CasePart, upload: intake.HeldUpload) -> None:
    """Mark `part` as held and have it prepared; inside the transaction that holds the case."""
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
    await platform().objects.put(object_key, await asyncio.to_thread(key.seal_object, object_key, prepared.pack))
    ready: dict[Any, Any] = {
        CasePart.arrival: Arrival.READY,
        CasePart.object_key: object_key,
        CasePart.preparation: prepared.preparation,
        CasePart.renditions: key.seal_value(sealed_name("case_part", part_id, "renditions"), prepared.index),
        CasePart.evidence: key.seal_value(sealed_name("case_part", part_id, "evidence"), prepared.evidence),
        CasePart.prepared_at: now(),
    }
    if prepared.clear:
        ready |= {
            CasePart.faces: FaceState.ASKED,
            CasePart.clear_key: await keep_clear(actor, part, prepared.clear),
        }
    await _conclude(actor, part, ready, "part:prepared")


async def record_kept(organisation_id: UUID, part_id: UUID, media: bytes, media_type: str) -> None:
    """Store a checked document or recording as it came, once; `media_type` is what its content says it is."""
    actor = system_actor(organisation_id)
    part = await queries.get_part(actor, part_id)
    key = await vault.key(part.vault_id, organisation_id)
    object_key = f"parts/{part.digest_address}"
    await platform().objects.put(object_key, await asyncio.to_thread(key.seal_object, object_key, media))
    ready: dict[Any, Any] = {
        CasePart.arrival: Arrival.READY,
        CasePart.object_key: object_key,
        CasePart.media_type: media_type,
        CasePart.prepared_at: now(),
    }
    await _conclude(actor, part, ready, "part:kept")


async def record_refused(organisation_id: UUID, part_id: UUID, code: str) -> None:
    """Mark media that could not be used, and ask for a photograph again; the case goes on without them."""
    actor = system_actor(organisation_id)
    part = await queries.get_part(actor, part_id)
    refused: dict[Any, Any] = {CasePart.arrival: Arrival.REFUSED, CasePart.refused_because: code}
    await _conclude(actor, part, refused, "part:refused")


async def _conclude(actor: Actor, part: CasePart, values: dict[Any, Any], tag: str) -> None:
    """Settle a held part either way, once: its upload is released and the case may move on."""
    async with transaction():
        case = await queries.hold_case(actor, part.case_id)
        is_held = (CasePart.id == part.id) & (CasePart.arrival == Arrival.HELD)
        if concluded := await CasePart.update(values).where(is_held).returning(CasePart.preview_key):
            await _release_upload(actor, part, may_keep=CasePart.clear_key not in values)
            await audit.record(actor, tag, subject_id=part.id, patient_id=part.patient_id)
            if values[CasePart.arrival] == Arrival.REFUSED and part.kind == PHOTOGRAPH:
                await ask_again(actor, case, part, values[CasePart.refused_because])
            elif part.kind == PHOTOGRAPH:
                await enqueue(PhotoPrepared(organisation_id=part.organisation_id, part_id=part.id))
                if concluded[0]["preview_key"]:
                    await enqueue(RemovePreview(organisation_id=part.organisation_id, part_id=part.id))
            await settle(case)


async def _release_upload(actor: Actor, part: CasePart, *, may_keep: bool) -> None:
    """The original stays in the upload only with consent, and never one that shows a hidden face."""
    if part.upload_id:
        keep = may_keep and await patients.has_consent(actor, part.patient_id, KEEP_ORIGINAL)
        await intake.consume(actor, part.upload_id, keep=keep)


def completeness(parts: Sequence[CasePart]) -> Completeness:
    """Counts over promised media, and whether a reader could start.

    That is when there is something to read, and of photographs, if any was promised, one is ready or all that may come
    can be seen at least small; and when nothing is being prepared that cannot be seen yet. Photographs without a word
    are enough: nobody could add the words to a case that nobody reads.
    """
    media = [part for part in parts if part.digest_address and not part.is_entered_in_error]
    counts = {arrival: sum(part.arrival == arrival for part in media) for arrival in Arrival}
    photographs = [part for part in media if part.kind == PHOTOGRAPH]
    is_readable = any(part.arrival == Arrival.READY or part.preview_step for part in parts)
    is_awaited = any(part.arrival == Arrival.HELD and not part.preview_step for part in media)
    return Completeness(
        promised=len(media),
        held=counts[Arrival.HELD],
        ready=counts[Arrival.READY],
        refused=counts[Arrival.REFUSED],
        given_up=counts[Arrival.GIVEN_UP],
        faces_asked=sum(part.faces == FaceState.ASKED for part in media),
        previewed=sum(bool(part.preview_step) and part.arrival != Arrival.READY for part in photographs),
        is_triageable=is_readable and not is_awaited and _can_be_seen(photographs),
    )


def _can_be_seen(photographs: Sequence[CasePart]) -> bool:
    if not photographs or any(part.arrival == Arrival.READY for part in photographs):
        return True
    previewed = [part for part in photographs if part.preview_step]
    still_coming = [part for part in photographs if part.arrival in {Arrival.ABSENT, Arrival.HELD}]
    return bool(previewed) and all(part.preview_step for part in still_coming)


async def _may_still_come(actor: Actor, case: Case, parts: Sequence[CasePart]) -> bool:
    if any(part.arrival in {Arrival.ABSENT, Arrival.HELD} for part in parts if not part.is_entered_in_error):
        return True
    return bool(await queries.unsupplied_requests(actor, case.id))


async def _abandon(actor: Actor, case: Case, reason: str) -> None:
    closed = {Case.closed_because: reason}
    await take_step(actor, case, Event.ABANDON, reason=reason, tag="case:closed", changes=closed)
    await patients.notify(actor, case.patient_id, "case-closed", case.id)


async def settle(case: Case, reason: str = "", parts: Sequence[CasePart] | None = None) -> None:
    """Move the case on where what has come allows it; inside the transaction that holds the case.

    `parts` are all of the case's, where the caller has them at hand. A case that nobody can read, now or later, is
    closed: it would have no deadline, no reader and nobody to remind.
    """
    system = system_actor(case.organisation_id)
    if case.status in BEFORE_READING:
        present = parts or await queries.parts_of(system, case.id)
        if completeness(present).is_triageable:
            await take_step(system, case, Event.BECOME_READY)
            await open_request(system, case)
        elif not await _may_still_come(system, case, present):
            await _abandon(system, case, reason or NOTHING_READABLE)
    elif case.status == Status.NEEDS_MORE and not await has_open_requests(system, case):
        await take_step(system, case, Event.SUPPLY, reason=reason)
        await resume_clock(system, case)
        await wake_reader(case.id)

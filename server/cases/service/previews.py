"""Small pictures of photographs that are still under way: matched, kept in the photograph's place, and removed with it.

A preview decides nothing of what was sent: a receipt never names it, and a photograph counts as absent until it is
there itself. One that cannot be used is dropped without a word to anybody, since the photograph follows.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from server.cases import queries
from server.cases.jobs import PreparePreview
from server.cases.schemas import PreparedPreview
from server.cases.service.arrivals import settle
from server.cases.service.steps import open_part, sealed_name
from server.cases.tables import Arrival, Case, CasePart
from server.contract.case import PhotographPart
from server.contract.preview import PREVIEW_BYTES, STEPS, Preview, PreviewStep, preview_id
from server.core import audit, vault
from server.core.access import system_actor
from server.core.db import transaction
from server.core.outbox import enqueue
from server.core.platform import platform
from server.core.vault import VaultKey
from server.intake import service as intake


async def match_previews(
    case: Case, key: VaultKey, parts: Iterable[CasePart], uploads: Sequence[intake.HeldUpload]
) -> None:
    """Have every preview prepared that has come for a photograph which has not; inside the transaction of the case."""
    here = {(upload.part_id, upload.sha256): upload for upload in uploads if not upload.is_held}
    for part in parts:
        for preview in _promised(key, part) if here else ():
            if upload := here.get((preview_id(part.id, preview.step), preview.sha256)):
                await intake.hold(system_actor(case.organisation_id), upload.upload_id)
                await enqueue(
                    PreparePreview(
                        organisation_id=case.organisation_id,
                        part_id=part.id,
                        upload_id=upload.upload_id,
                        step=preview.step,
                    )
                )


async def preview_to_prepare(organisation_id: UUID, part_id: UUID, upload_id: UUID, step: PreviewStep) -> bytes | None:
    """The plain bytes; None where that was done, where they are of no use any more, or are more than a preview has."""
    actor = system_actor(organisation_id)
    if not await intake.is_held(actor, upload_id):
        return None
    part = await queries.get_part(actor, part_id)
    if part.preview_step in _not_below(step) or part.arrival == Arrival.READY:
        await drop_preview(organisation_id, part_id, upload_id, "superseded")
        return None
    content = await intake.read_upload(actor, upload_id)
    if len(content) > PREVIEW_BYTES[step]:
        await drop_preview(organisation_id, part_id, upload_id, "too_many_bytes")
        return None
    return content


async def record_preview(
    organisation_id: UUID, part_id: UUID, upload_id: UUID, step: PreviewStep, prepared: PreparedPreview
) -> None:
    """Show it in the place of its photograph until that is there, once; the case may go to its readers with it."""
    actor = system_actor(organisation_id)
    before = await queries.get_part(actor, part_id)
    key = await vault.key(before.vault_id, organisation_id)
    object_key = f"previews/{part_id}/{key.digest_address(hashlib.sha256(prepared.jpeg).hexdigest())}"
    await platform().objects.put(object_key, await asyncio.to_thread(key.seal_object, object_key, prepared.jpeg))
    shown: dict[Any, Any] = {
        CasePart.preview_step: step,
        CasePart.preview_key: object_key,
        CasePart.preview: key.seal_value(sealed_name("case_part", part_id, "preview"), prepared.facts),
    }
    async with transaction():
        case = await queries.hold_case(actor, before.case_id)
        is_better = (CasePart.id == part_id) & (CasePart.arrival != Arrival.READY)
        is_better &= CasePart.preview_step.not_in(_not_below(step))
        is_shown = bool(await CasePart.update(shown).where(is_better).returning(CasePart.id))
        await intake.consume(actor, upload_id, keep=False)
        if is_shown:
            await audit.record(actor, "part:previewed", subject_id=part_id, patient_id=before.patient_id)
            await settle(case)
    await _remove_unless_shown(part_id, {before.preview_key, object_key})


async def drop_preview(organisation_id: UUID, part_id: UUID, upload_id: UUID, code: str) -> None:
    """It is not needed, or could not be decoded: its bytes go, and nothing waits for them."""
    actor = system_actor(organisation_id)
    async with transaction():
        part = await queries.get_part(actor, part_id)
        await queries.hold_case(actor, part.case_id)
        await intake.consume(actor, upload_id, keep=False)
        await audit.record(
            actor, "part:preview-dropped", subject_id=part_id, patient_id=part.patient_id, detail={"reason": code}
        )


async def remove_preview(organisation_id: UUID, part_id: UUID) -> None:
    """The photograph is ready: nothing stands in its place any more. Safe to run twice."""
    part = await queries.get_part(system_actor(organisation_id), part_id)
    if part.arrival != Arrival.READY or not part.preview_key:
        return
    await platform().objects.delete(part.preview_key)
    nothing: dict[Any, Any] = {CasePart.preview_step: "", CasePart.preview_key: "", CasePart.preview: None}
    await CasePart.update(nothing).where(CasePart.id == part_id)


def _promised(key: VaultKey, part: CasePart) -> tuple[Preview, ...]:
    """Of a photograph that is not ready, those that would show more than what is shown."""
    if part.kind != "photograph" or part.arrival == Arrival.READY:
        return ()
    opened = open_part(key, part)
    previews = opened.previews if isinstance(opened, PhotographPart) else ()
    return tuple(each for each in previews if part.preview_step not in _not_below(each.step))


def _not_below(step: PreviewStep) -> list[str]:
    """The steps that show as much as this one, or more."""
    return [*STEPS[STEPS.index(step) :]]


async def _remove_unless_shown(part_id: UUID, object_keys: set[str]) -> None:
    row = await CasePart.select(CasePart.preview_key).where(CasePart.id == part_id).first()
    shown = row["preview_key"] if row else ""
    for object_key in object_keys - {shown, ""}:
        await platform().objects.delete(object_key)

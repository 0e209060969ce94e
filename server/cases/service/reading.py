"""Opens a case for reading: its parts, photographs' evidence, messages, requests and timeline in one value."""

from datetime import datetime
from uuid import UUID

import msgspec

from server.cases import queries
from server.cases.schemas import BetterPhoto, Completeness, PhotoEvidence, PreviewFacts
from server.cases.service.arrivals import completeness
from server.cases.service.reviewing import note_activity
from server.cases.service.steps import open_part, sealed_name
from server.cases.tables import Arrival, Case, CaseEvent, CaseMessage, CasePart, PhotoRequest, ReviewRequest
from server.contract.case import Part
from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.vault import VaultKey
from server.patients import service as patients


class OpenedPart(msgspec.Struct, frozen=True, kw_only=True):
    part: Part
    row: CasePart
    evidence: PhotoEvidence | None
    preview: PreviewFacts | None = None
    """Of a photograph that is not ready and can be seen small."""


class OpenedMessage(msgspec.Struct, frozen=True, kw_only=True):
    author_id: UUID
    is_from_patient: bool
    text: str
    sent_at: datetime
    read_at: datetime | None


class OpenedPhotoRequest(msgspec.Struct, frozen=True, kw_only=True):
    row: PhotoRequest
    wanted: BetterPhoto


class OpenedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as its reader or patient sees it; `request` is the ask that still waits for an answer."""

    case: Case
    parts: tuple[OpenedPart, ...]
    messages: tuple[OpenedMessage, ...]
    photo_requests: tuple[OpenedPhotoRequest, ...]
    timeline: tuple[CaseEvent, ...]
    request: ReviewRequest | None
    completeness: Completeness


async def open_case(actor: Actor, case_id: UUID) -> OpenedCase:
    """Everything of one case; the reading is recorded. NotFound when the case is not the actor's to see."""
    authorize(actor, Action.CASE_READ)
    case = await queries.get_case(actor, case_id)
    key = await vault.key(case.vault_id, actor.organisation_id)
    rows = await queries.parts_of(actor, case_id)
    opened = OpenedCase(
        case=case,
        parts=tuple(open_row(key, row) for row in rows),
        messages=tuple(_open_message(key, row) for row in await queries.messages_of(actor, case_id)),
        photo_requests=tuple(_open_request(key, row) for row in await queries.photo_requests_of(actor, case_id)),
        timeline=tuple(await queries.events_of(actor, case_id)),
        request=await queries.current_request(actor, case_id),
        completeness=completeness(rows),
    )
    if opened.request and opened.request.claimed_by == actor.actor_id:
        await note_activity(actor, case_id)
    await audit.record(
        actor,
        "case:read",
        subject_id=case.id,
        patient_id=case.patient_id,
        organisation_id=case.organisation_id,
    )
    return opened


async def received_at(actor: Actor, case_id: UUID) -> datetime:
    """When the case came; NotFound when it is not the actor's to see."""
    return (await queries.get_case(actor, case_id)).received_at


async def require_visible(actor: Actor, case_id: UUID) -> None:
    """NotFound when there is no such case that the actor may see."""
    await queries.get_case(actor, case_id)


async def cases_of_patient(actor: Actor, patient_id: UUID) -> list[Case]:
    """The patient's cases that the actor may see, newest first."""
    authorize(actor, Action.CASE_READ)
    await patients.summary(actor, patient_id)
    return await queries.cases_of_patient(actor, patient_id)


def open_row(key: VaultKey, row: CasePart) -> OpenedPart:
    """A part with its evidence, under its vault's key."""
    evidence = row.evidence
    return OpenedPart(
        part=open_part(key, row),
        row=row,
        evidence=key.open_value(sealed_name("case_part", row.id, "evidence"), evidence, PhotoEvidence)
        if evidence
        else None,
        preview=_open_preview(key, row),
    )


def _open_preview(key: VaultKey, row: CasePart) -> PreviewFacts | None:
    if row.preview is None or row.arrival == Arrival.READY:
        return None
    return key.open_value(sealed_name("case_part", row.id, "preview"), row.preview, PreviewFacts)


def _open_message(key: VaultKey, row: CaseMessage) -> OpenedMessage:
    return OpenedMessage(
        author_id=row.author_id,
        is_from_patient=row.author_side == "patient",
        text=key.open(sealed_name("case_message", row.id), row.sealed).decode(),
        sent_at=row.recorded_at,
        read_at=row.read_at,
    )


def _open_request(key: VaultKey, row: PhotoRequest) -> OpenedPhotoRequest:
    return OpenedPhotoRequest(
        row=row, wanted=key.open_value(sealed_name("photo_request", row.id), row.sealed, BetterPhoto)
    )

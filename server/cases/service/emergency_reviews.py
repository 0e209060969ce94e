"""The review of emergency openings by the patient's organisation: every one gets an outcome and a note."""

from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec
from piccolo.columns.combination import Where
from piccolo.query import Objects

from server.cases.service.emergencies import end_opening
from server.cases.service.steps import sealed_name
from server.cases.tables import EmergencyOpening, ReviewOutcome
from server.core import audit, vault
from server.core.access import Action, Actor, Purpose, authorize
from server.core.audit.queries import count_events
from server.core.db import scoped, transaction
from server.core.faults import BadInput, Conflict, Forbidden, NotFound
from server.core.platform import now
from server.core.vault import Shredded

ROWS = 50
MOST_NOTE_CHARACTERS = 1000


class AlreadyReviewed(Conflict):
    code = "already-reviewed"
    title = "Somebody has reviewed this opening already"


class OpeningCard(msgspec.Struct, frozen=True, kw_only=True):
    """An opening as its reviewer sees it; `reason` and `note` are empty once the record was erased."""

    opening_id: UUID
    case_id: UUID
    patient_id: UUID
    person_id: UUID
    person_organisation_id: UUID
    opened_at: datetime
    ended_at: datetime
    """When it was over, or will be."""
    is_live: bool
    is_patient_told: bool
    reason: str
    events: int
    """What the trail holds of the person and this patient in that time."""
    outcome: ReviewOutcome
    reviewed_by: UUID | None
    reviewed_at: datetime | None
    note: str


async def openings_to_review(actor: Actor) -> int:
    """How many of the organisation's openings wait for an outcome."""
    authorize(actor, Action.EMERGENCY_REVIEW)
    waits = EmergencyOpening.outcome == ReviewOutcome.PENDING
    return cast("int", await scoped(actor, EmergencyOpening).count().where(_is_own(actor)).where(waits))


async def list_openings(actor: Actor) -> list[OpeningCard]:
    """Those that wait, the oldest first, then the reviewed, the newest first; reading the reasons is recorded."""
    authorize(actor, Action.EMERGENCY_REVIEW)
    waits = EmergencyOpening.outcome == ReviewOutcome.PENDING
    waiting = await _own(actor, waits).order_by(EmergencyOpening.id).limit(ROWS)
    reviewed = _own(actor, EmergencyOpening.outcome != ReviewOutcome.PENDING)
    rows = [*waiting, *await reviewed.order_by(EmergencyOpening.reviewed_at, ascending=False).limit(ROWS)]
    if rows:
        await audit.record(actor, "emergency:reasons-read")
    return [await _card(actor, row) for row in rows]


async def review_opening(actor: Actor, opening_id: UUID, outcome: ReviewOutcome, note: str) -> None:
    """Write down what was found, once; what was not justified ends at once.

    NotFound unless the opening is of a patient of the actor's organisation.
    """
    authorize(actor, Action.EMERGENCY_REVIEW)
    words = note.strip()
    if outcome is ReviewOutcome.PENDING or not words or len(words) > MOST_NOTE_CHARACTERS:
        raise BadInput("A review has an outcome and a note.")
    async with transaction():
        row = await _own(actor, EmergencyOpening.id == opening_id).first()
        if row is None:
            raise NotFound("There is no such emergency access.")
        if row.person_id == actor.actor_id:
            raise Forbidden("Nobody reviews their own emergency access.")
        key = await vault.key(row.vault_id, actor.organisation_id)
        reviewed = await (
            EmergencyOpening.update(
                {
                    EmergencyOpening.outcome: outcome,
                    EmergencyOpening.reviewed_by: actor.actor_id,
                    EmergencyOpening.reviewed_at: now(),
                    EmergencyOpening.review_note: key.seal(_note_name(row.id), words.encode()),
                }
            )
            .where(EmergencyOpening.id == row.id, EmergencyOpening.outcome == ReviewOutcome.PENDING)
            .returning(EmergencyOpening.id)
        )
        if not reviewed:
            raise AlreadyReviewed
        if outcome is ReviewOutcome.UNJUSTIFIED and row.ended_at is None:
            await end_opening(row)
        await audit.record(
            actor,
            "emergency:reviewed",
            subject_id=row.case_id,
            patient_id=row.patient_id,
            detail={"opening": str(row.id), "outcome": outcome},
        )


def _own(actor: Actor, clause: Where) -> Objects[EmergencyOpening]:
    return scoped(actor, EmergencyOpening).objects().where(_is_own(actor)).where(clause)


def _is_own(actor: Actor) -> Where:
    """Of the actor's own organisation's patients: those who read its cases see openings of them, and review none."""
    return EmergencyOpening.organisation_id == actor.organisation_id


async def _card(actor: Actor, row: EmergencyOpening) -> OpeningCard:
    reason, note = await _open_words(actor, row)
    ended_at = row.ended_at or row.expires_at
    return OpeningCard(
        opening_id=row.id,
        case_id=row.case_id,
        patient_id=row.patient_id,
        person_id=row.person_id,
        person_organisation_id=row.person_organisation_id,
        opened_at=row.recorded_at,
        ended_at=ended_at,
        is_live=ended_at > now(),
        is_patient_told=row.is_patient_told,
        reason=reason,
        events=await count_events(row.patient_id, row.person_id, Purpose.BREAK_GLASS, row.recorded_at, ended_at),
        outcome=ReviewOutcome(row.outcome),
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        note=note,
    )


async def _open_words(actor: Actor, row: EmergencyOpening) -> tuple[str, str]:
    try:
        key = await vault.key(row.vault_id, actor.organisation_id)
    except Shredded:
        return "", ""
    note = key.open(_note_name(row.id), row.review_note).decode() if row.review_note else ""
    return key.open(sealed_name("emergency_opening", row.id), row.sealed).decode(), note


def _note_name(opening_id: UUID) -> str:
    return sealed_name("emergency_opening", opening_id, "review_note")

"""What the clinic's worker and the specialist write down during a call: each their own, saved as typed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from piccolo.columns.combination import And

from server.calls import queries
from server.calls.faults import NoteChanged, NotYourCall
from server.calls.service.asking import is_of
from server.calls.service.steps import record
from server.calls.tables import CallNote
from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.db import transaction
from server.core.ids import new_id
from server.core.platform import now
from server.patients import service as patients


class Note(Struct, frozen=True, kw_only=True):
    """`version` is 0 before anything was saved."""

    author_id: UUID
    text: str = ""
    version: int = 0
    saved_at: datetime | None = None


async def save_note(actor: Actor, call_id: UUID, text: str, version: int) -> Note:
    """Save over the version that was read; NoteChanged where another tab was first. Also once the call is over.

    The trail names the first saving of a note: what is typed on says nothing more about who did what.
    """
    authorize(actor, Action.CALL_HOST)
    async with transaction():
        call = await queries.hold_call(actor, call_id)
        if not is_of(actor, call):
            raise NotYourCall
        row = await queries.find_note(actor, call_id)
        if version != (row.version if row else 0):
            raise NoteChanged
        key = await vault.key(await patients.vault_of(actor, call.patient_id), actor.organisation_id)
        note_id, at = row.id if row else new_id(), now()
        sealed = key.seal(_sealed_name(note_id), text.encode())
        if row:
            changes: dict[Any, Any] = {
                CallNote.sealed: sealed,
                CallNote.saved_at: at,
                CallNote.version: version + 1,
            }
            await CallNote.update(changes).where(And(CallNote.id == note_id, CallNote.version == version))
        else:
            await CallNote(
                id=note_id,
                recorded_at=at,
                organisation_id=call.organisation_id,
                call_id=call.id,
                subject_id=call.subject_id,
                patient_id=call.patient_id,
                author_id=actor.actor_id,
                sealed=sealed,
                saved_at=at,
            ).save()
            await record(actor, call, "call:noted")
    return Note(author_id=actor.actor_id, text=text, version=version + 1, saved_at=at)


async def own_note(actor: Actor, call_id: UUID) -> Note:
    """The actor's, as it was saved last."""
    authorize(actor, Action.CALL_HOST)
    row = await queries.find_note(actor, call_id)
    return (await _opened(actor, [row]))[0] if row else Note(author_id=actor.actor_id)


async def notes_of_case(actor: Actor, case_id: UUID) -> list[Note]:
    """Of all the case's calls, the oldest first; none of those that were emptied again, and none for patients."""
    authorize(actor, Action.CASE_READ)
    rows = [] if actor.is_patient else await queries.notes_of(actor, case_id)
    return [note for note in await _opened(actor, rows) if note.text.strip()]


async def _opened(actor: Actor, rows: list[CallNote]) -> list[Note]:
    if not rows:
        return []
    key = await vault.key(await patients.vault_of(actor, rows[0].patient_id), actor.organisation_id)
    return [
        Note(
            author_id=row.author_id,
            text=key.open(_sealed_name(row.id), row.sealed).decode(),
            version=row.version,
            saved_at=row.saved_at,
        )
        for row in rows
    ]


def _sealed_name(note_id: UUID) -> str:
    return f"call_note/{note_id}/sealed"

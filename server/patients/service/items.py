"""Allergies, medicines and conditions: added, ended, marked as entered in error, corrected by a further row."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from server.core import audit, vault
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import BadInput, NotFound
from server.core.ids import new_id
from server.core.platform import now
from server.patients import queries
from server.patients.schemas import HealthItemText
from server.patients.tables import HealthItem, HealthItemKind, RecordStatus

MAX_CHARACTERS = 500


class OpenedItem(Struct, frozen=True, kw_only=True):
    item_id: UUID
    kind: HealthItemKind
    status: RecordStatus
    text: HealthItemText


async def add_item(
    actor: Actor, patient_id: UUID, kind: HealthItemKind, text: str, *, replaces: UUID | None = None
) -> UUID:
    """Write an item down; with `replaces` it corrects an earlier one, which stays as entered in error."""
    authorize(actor, Action.PATIENT_UPDATE)
    words = text.strip()
    if not words or len(words) > MAX_CHARACTERS:
        raise BadInput("An entry has between 1 and {most} characters.", most=MAX_CHARACTERS)
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        if replaces is not None:
            await set_item_status(actor, replaces, RecordStatus.ENTERED_IN_ERROR)
        key, item_id = await vault.key(patient.vault_id, actor.organisation_id), new_id()
        await HealthItem(
            id=item_id,
            recorded_at=now(),
            organisation_id=patient.organisation_id,
            patient_id=patient_id,
            vault_id=patient.vault_id,
            kind=kind,
            sealed=key.seal_value(item_name(item_id), HealthItemText(text=words)),
            replaces=replaces,
            stated_by=actor.actor_id,
        ).save()
        await _record(actor, "patient:item-added", item_id, patient_id, patient.organisation_id)
    return item_id


async def set_item_status(actor: Actor, item_id: UUID, status: RecordStatus) -> None:
    """End an item, or mark it as entered in error; it stays readable as such."""
    authorize(actor, Action.PATIENT_UPDATE)
    async with transaction():
        item = await scoped(actor, HealthItem).objects().where(HealthItem.id == item_id).first()
        if item is None:
            raise NotFound("There is no such entry.")
        await queries.get_kept_patient(actor, item.patient_id)
        await scoped(actor, HealthItem).update({HealthItem.status: status}).where(HealthItem.id == item_id)
        await _record(actor, "patient:item-changed", item_id, item.patient_id, item.organisation_id)


async def items_of(actor: Actor, patient_id: UUID) -> list[OpenedItem]:
    """Every item that was ever written down, oldest first."""
    authorize(actor, Action.PATIENT_READ)
    patient = await queries.get_patient(actor, patient_id)
    rows: Sequence[HealthItem] = (
        await scoped(actor, HealthItem).objects().where(HealthItem.patient_id == patient_id).order_by(HealthItem.id)
    )
    key = await vault.key(patient.vault_id, actor.organisation_id)
    return [
        OpenedItem(
            item_id=row.id,
            kind=HealthItemKind(row.kind),
            status=RecordStatus(row.status),
            text=key.open_value(item_name(row.id), row.sealed, HealthItemText),
        )
        for row in rows
    ]


def item_name(item_id: UUID) -> str:
    """The vault's object name of an item's text."""
    return f"health_item/{item_id}/sealed"


async def _record(actor: Actor, tag: str, item_id: UUID, patient_id: UUID, organisation_id: UUID) -> None:
    await audit.record(actor, tag, subject_id=item_id, patient_id=patient_id, organisation_id=organisation_id)

"""What a reader needs to know of a patient beside the case: who, how old, and what the record says to watch for."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.db import scoped
from server.core.platform import now
from server.patients.schemas import HealthItemText
from server.patients.service.record import demographics
from server.patients.tables import HealthItem, HealthItemKind, RecordStatus


class AboutPatient(Struct, frozen=True, kw_only=True):
    """`age_years` is None where no birth date is known; the lists hold what is active."""

    full_name: str
    sex: str
    age_years: int | None
    allergies: tuple[str, ...]
    medicines: tuple[str, ...]
    conditions: tuple[str, ...]


async def about(actor: Actor, patient_id: UUID) -> AboutPatient:
    """NotFound when the patient is not the actor's to see."""
    authorize(actor, Action.PATIENT_READ)
    who = await demographics(actor, patient_id)
    items = await _active_items(actor, patient_id)
    return AboutPatient(
        full_name=who.full_name,
        sex=who.sex,
        age_years=age_years(who.birth_date, now().date()) if who.birth_date else None,
        allergies=tuple(text for kind, text in items if kind == HealthItemKind.ALLERGY),
        medicines=tuple(text for kind, text in items if kind == HealthItemKind.MEDICINE),
        conditions=tuple(text for kind, text in items if kind == HealthItemKind.CONDITION),
    )


def age_years(born: date, today: date) -> int:
    """Completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


async def _active_items(actor: Actor, patient_id: UUID) -> list[tuple[str, str]]:
    rows = (
        await scoped(actor, HealthItem)
        .objects()
        .where(HealthItem.patient_id == patient_id)
        .where(HealthItem.status == RecordStatus.ACTIVE)
        .order_by(HealthItem.id)
    )
    opened: list[tuple[str, str]] = []
    for row in rows:
        key = await vault.key(row.vault_id, actor.organisation_id)
        opened.append((row.kind, key.open_value(f"health_item/{row.id}/sealed", row.sealed, HealthItemText).text))
    return opened

"""What a reader needs to know of a patient beside the case: who, how old, and what the record says to watch for."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from server.core.access import Action, Actor, authorize
from server.core.platform import now
from server.patients.service.flags import Flags, flags_of
from server.patients.service.items import items_of
from server.patients.service.record import demographics
from server.patients.tables import HealthItemKind, RecordStatus


class AboutPatient(Struct, frozen=True, kw_only=True):
    """`age_years` is None where no birth date is known; the lists hold what is active."""

    full_name: str
    sex: str
    birth_date: date | None
    age_years: int | None
    allergies: tuple[str, ...]
    medicines: tuple[str, ...]
    conditions: tuple[str, ...]
    flags: Flags = Flags()


async def about(actor: Actor, patient_id: UUID) -> AboutPatient:
    """NotFound when the patient is not the actor's to see."""
    authorize(actor, Action.PATIENT_READ)
    who = await demographics(actor, patient_id)
    items = await _active_items(actor, patient_id)
    return AboutPatient(
        full_name=who.full_name,
        sex=who.sex,
        birth_date=who.birth_date,
        age_years=age_years(who.birth_date, now().date()) if who.birth_date else None,
        allergies=tuple(text for kind, text in items if kind == HealthItemKind.ALLERGY),
        medicines=tuple(text for kind, text in items if kind == HealthItemKind.MEDICINE),
        conditions=tuple(text for kind, text in items if kind == HealthItemKind.CONDITION),
        flags=await flags_of(actor, patient_id),
    )


def age_years(born: date, today: date) -> int:
    """Completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


async def _active_items(actor: Actor, patient_id: UUID) -> list[tuple[str, str]]:
    items = await items_of(actor, patient_id)
    return [(item.kind, item.text.text) for item in items if item.status == RecordStatus.ACTIVE]

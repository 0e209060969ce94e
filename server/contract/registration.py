"""Patients between a clinic and its kiosk: one registered where there was no link, and those the kiosk may find."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from server.contract.wire import LanguageTag, Moment, Wire

REGISTERED_PATH = "/api/patients/registered"
KNOWN_PATH = "/api/patients/known"
MOST_KNOWN = 2000
"""What a kiosk holds in memory; a larger clinic finds the rest on its own pages."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Phone = Annotated[str, msgspec.Meta(max_length=40)]
Place = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$", description="ISO 3166-1 or 3166-2")]
Sex = Literal["female", "male", "other", "unknown"]


class PatientRegistration(Wire, tag_field="schema", tag="careferry.registration/1", frozen=True, kw_only=True):
    """A patient as the clinic’s worker registered them; `patient_id`, minted at the kiosk, is the idempotency key."""

    patient_id: UUID
    given_name: Name
    family_name: Name
    birth_date: date | None = None
    sex: Sex = "unknown"
    phone: Phone = ""
    region: Place
    language: LanguageTag
    registered_at: Moment
    taken_by: UUID | None = None
    """The worker; a kiosk that sends in its own name says who it was."""


class PatientRegistered(Wire, frozen=True, kw_only=True):
    patient_id: UUID


class KnownPatient(Wire, frozen=True, kw_only=True):
    """What a worker at a kiosk needs to tell one patient from another."""

    patient_id: UUID
    given_name: str
    family_name: str
    birth_date: date | None = None
    sex: str = "unknown"

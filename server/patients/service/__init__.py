"""The verbs on patients; other slices call these and nothing else of this slice."""

from server.patients.service.about import AboutPatient, about
from server.patients.service.consents import give_consent, has_consent, record_consents, withdraw_consent
from server.patients.service.contact import notify
from server.patients.service.record import (
    PatientSummary,
    demographics,
    names_of,
    patients_of,
    register_patient,
    summary,
    vault_of,
)

__all__ = [
    "AboutPatient",
    "PatientSummary",
    "about",
    "demographics",
    "give_consent",
    "has_consent",
    "names_of",
    "notify",
    "patients_of",
    "record_consents",
    "register_patient",
    "summary",
    "vault_of",
    "withdraw_consent",
]

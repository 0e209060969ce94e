"""The verbs on patients; other slices call these and nothing else of this slice."""

from server.patients.service.about import AboutPatient, about
from server.patients.service.consents import consents_of, give_consent, has_consent, record_consents, withdraw_consent
from server.patients.service.contact import notify
from server.patients.service.finding import Candidate, find_patients
from server.patients.service.items import OpenedItem, add_item, items_of, set_item_status
from server.patients.service.linking import same_person, state_link
from server.patients.service.record import (
    PatientSummary,
    change_contact,
    demographics,
    kept_summary,
    names_of,
    patients_of,
    register_patient,
    summary,
    vault_of,
)
from server.patients.tables import HealthItemKind, LinkState, RecordStatus

__all__ = [
    "AboutPatient",
    "Candidate",
    "HealthItemKind",
    "LinkState",
    "OpenedItem",
    "PatientSummary",
    "RecordStatus",
    "about",
    "add_item",
    "change_contact",
    "consents_of",
    "demographics",
    "find_patients",
    "give_consent",
    "has_consent",
    "items_of",
    "kept_summary",
    "names_of",
    "notify",
    "patients_of",
    "record_consents",
    "register_patient",
    "same_person",
    "set_item_status",
    "state_link",
    "summary",
    "vault_of",
    "withdraw_consent",
]

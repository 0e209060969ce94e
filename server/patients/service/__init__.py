"""The verbs on patients; other slices call these and nothing else of this slice."""

from server.core.access.tables import Capacity
from server.patients.service.about import AboutPatient, about
from server.patients.service.acting import (
    ActingPerson,
    ActsAlready,
    DatesRefused,
    Named,
    Relation,
    acting_for,
    capacities_of,
    end_acting,
    majority_of,
    may_name,
    name_person,
)
from server.patients.service.consents import consents_of, give_consent, has_consent, record_consents, withdraw_consent
from server.patients.service.contact import notify
from server.patients.service.erasing import (
    ErasureReason,
    ask_erasure,
    confirm_erasure,
    erasure_of,
    erasures,
    refuse_erasure,
)
from server.patients.service.finding import Candidate, find_patients
from server.patients.service.flags import Flags, flags_of, set_flags
from server.patients.service.holding import HoldReason, holds_of, release_hold, set_hold
from server.patients.service.items import OpenedItem, add_item, items_of, set_item_status
from server.patients.service.likeness import Alike, Pair, alike, links_of, stated_pairs
from server.patients.service.linking import LinkReason, same_person, state_link
from server.patients.service.record import (
    PatientSummary,
    change_contact,
    demographics,
    kept_summary,
    known_patients,
    names_of,
    patients_of,
    register_patient,
    summary,
    vault_of,
)
from server.patients.tables import HealthItemKind, LinkState, RecordStatus

__all__ = [
    "AboutPatient",
    "ActingPerson",
    "ActsAlready",
    "Alike",
    "Candidate",
    "Capacity",
    "DatesRefused",
    "ErasureReason",
    "Flags",
    "HealthItemKind",
    "HoldReason",
    "LinkReason",
    "LinkState",
    "Named",
    "OpenedItem",
    "Pair",
    "PatientSummary",
    "RecordStatus",
    "Relation",
    "about",
    "acting_for",
    "add_item",
    "alike",
    "ask_erasure",
    "capacities_of",
    "change_contact",
    "confirm_erasure",
    "consents_of",
    "demographics",
    "end_acting",
    "erasure_of",
    "erasures",
    "find_patients",
    "flags_of",
    "give_consent",
    "has_consent",
    "holds_of",
    "items_of",
    "kept_summary",
    "known_patients",
    "links_of",
    "majority_of",
    "may_name",
    "name_person",
    "names_of",
    "notify",
    "patients_of",
    "record_consents",
    "refuse_erasure",
    "register_patient",
    "release_hold",
    "same_person",
    "set_flags",
    "set_hold",
    "set_item_status",
    "state_link",
    "stated_pairs",
    "summary",
    "vault_of",
    "withdraw_consent",
]

"""Patient rows: ids, dates and codes in the clear; whatever identifies or is clinical is sealed under the vault."""

from enum import StrEnum
from typing import ClassVar

from piccolo.columns import UUID, Boolean, Bytea, Date, Timestamptz, Varchar
from piccolo.table import Table

from server.core.db.columns import Owned, Retention
from server.core.db.constraints import one_of


class Patient(Owned, Table, tablename="patient"):
    """`vault_id` never changes, whatever is linked. `region` (ISO 3166-2) is where the patient is, for licensing."""

    retention = Retention.CLINICAL
    subject_columns: ClassVar = {"patient_id": "id"}

    vault_id = UUID(default=None, null=False)
    sealed = Bytea(default=b"")
    """`Demographics`, sealed."""
    region = Varchar(length=12)
    language = Varchar(length=35)
    zone = Varchar(length=64, default="UTC")
    majority_on = Date(default=None, null=True)
    """The day the patient comes of age; a guardian's grant ends with it."""
    is_deceased = Boolean(default=False)
    is_test = Boolean(default=False)
    has_legal_hold = Boolean(default=False)
    is_provisional = Boolean(default=False)
    """Registered in doubt: may be the same person as another record."""
    erased_at = Timestamptz(default=None, null=True)
    """When the vault's keys were destroyed; nothing of `sealed` is left then."""


class PatientIdentifier(Owned, Table, tablename="patient_identifier"):
    """One identifier of a patient in one system (hospital number, national id), found through its blind token."""

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    vault_id = UUID(default=None, null=False)
    system = Varchar(length=200)
    token = Bytea(default=b"", index=True)
    sealed = Bytea(default=b"")
    ended_at = Timestamptz(default=None, null=True)


class TokenKind(StrEnum):
    NAME = "name"
    PHONETIC = "phonetic"
    BIRTH_DATE = "birth-date"
    PHONE = "phone"
    EMAIL = "email"


class PatientToken(Owned, Table, tablename="patient_token"):
    """A keyed blind index entry: names and dates are found without being readable."""

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    kind = Varchar(length=12)
    token = Bytea(default=b"", index=True)


class LinkState(StrEnum):
    SUSPECTED = "suspected"
    LINKED = "linked"
    UNLINKED = "unlinked"


class PatientLink(Owned, Table, tablename="patient_link"):
    """A statement that two records are (not) one person. Rows are only added; the newest for a pair holds."""

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    other_patient_id = UUID(default=None, null=False, index=True)
    state = Varchar(length=9)
    stated_by = UUID(default=None, null=False)
    reason = Varchar(length=40)

    link_state = one_of("state", LinkState)


class ErasureState(StrEnum):
    ASKED = "asked"
    REFUSED = "refused"
    ERASED = "erased"


class PatientErasure(Owned, Table, tablename="patient_erasure"):
    """That a record be erased: asked by one person, decided by another. It outlives what it erased."""

    retention = Retention.AUDIT

    patient_id = UUID(default=None, null=False, index=True)
    state = Varchar(length=8, default=ErasureState.ASKED)
    reason = Varchar(length=40)
    asked_by = UUID(default=None, null=False)
    decided_by = UUID(default=None, null=True)
    decided_at = Timestamptz(default=None, null=True)

    erasure_state = one_of("state", ErasureState)


class LegalHold(Owned, Table, tablename="legal_hold"):
    """Why a record may not be erased, who says so, and since when no more; `Patient.has_legal_hold` is its shadow."""

    retention = Retention.AUDIT

    patient_id = UUID(default=None, null=False, index=True)
    reason = Varchar(length=40)
    set_by = UUID(default=None, null=False)
    released_at = Timestamptz(default=None, null=True)
    released_by = UUID(default=None, null=True)


class HealthItemKind(StrEnum):
    ALLERGY = "allergy"
    MEDICINE = "medicine"
    CONDITION = "condition"


class RecordStatus(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"
    ENTERED_IN_ERROR = "entered-in-error"


class HealthItem(Owned, Table, tablename="health_item"):
    """An allergy, medicine or condition as it was told or recorded; corrections add rows, nothing is overwritten."""

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    vault_id = UUID(default=None, null=False)
    kind = Varchar(length=10)
    status = Varchar(length=16, default=RecordStatus.ACTIVE)
    sealed = Bytea(default=b"")
    replaces = UUID(default=None, null=True)
    happened_on = Date(default=None, null=True)
    stated_by = UUID(default=None, null=False)

    item_kind = one_of("kind", HealthItemKind)
    item_status = one_of("status", RecordStatus)


class Consent(Owned, Table, tablename="consent"):
    """A consent in the version of its text that was shown; withdrawn, never deleted."""

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    consent = Varchar(length=40)
    version = Varchar(length=20)
    given_at = Timestamptz(default=None, null=False)
    given_zone = Varchar(length=64, default="UTC")
    given_by = UUID(default=None, null=False)
    withdrawn_at = Timestamptz(default=None, null=True)
    withdrawn_by = UUID(default=None, null=True)


class Lesion(Owned, Table, tablename="lesion"):
    """A lasting thing of the patient with a place on the body map, that cases and photographs refer to."""

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    vault_id = UUID(default=None, null=False)
    site = Varchar(length=40)
    laterality = Varchar(length=16)
    sealed = Bytea(default=b"")
    status = Varchar(length=16, default=RecordStatus.ACTIVE)


class Encounter(Owned, Table, tablename="encounter"):
    """The optional parent of cases, calls, bookings and charges."""

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    kind = Varchar(length=20)
    started_at = Timestamptz(default=None, null=False)
    zone = Varchar(length=64, default="UTC")
    ended_at = Timestamptz(default=None, null=True)

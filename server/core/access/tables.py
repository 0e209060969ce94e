"""Dated grants: which organisation may read a case, and which person may act for a patient."""

from enum import StrEnum

from piccolo.columns import UUID, Timestamptz, Varchar
from piccolo.table import Table

from server.core.db.columns import Owned, Retention


class Capacity(StrEnum):
    """Why the grantee may look: a reading organisation, the patient, a guardian, a helper, or in an emergency."""

    READER = "reader"
    SELF = "self"
    GUARDIAN = "guardian"
    HELPER = "helper"
    EMERGENCY = "emergency"


class AccessGrant(Owned, Table, tablename="access_grant"):
    """`organisation_id` owns the patient; `grantee_id` is an organisation (reader) or a person (all others).

    In an emergency it is a person's seat in their organisation. A reader's and an emergency's grant name one case;
    a person's grant covers the patient. Grants are ended, never deleted.
    """

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    case_id = UUID(default=None, null=True, index=True)
    grantee_id = UUID(default=None, null=False, index=True)
    capacity = Varchar(length=16)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=True)
    relation = Varchar(length=24)
    """What a guardian or helper is to the patient, as a code; empty for the other capacities."""
    given_by = UUID(default=None, null=True)
    ended_by = UUID(default=None, null=True)
    """Who ended it before its time; None where it ran out by itself."""

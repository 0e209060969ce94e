"""Organisations, the people in them, the roles they hold there, and where they are licensed."""

from enum import StrEnum

from piccolo.columns import UUID, Boolean, Bytea, Date, Timestamptz, Varchar
from piccolo.table import Table

from server.core.access import Role
from server.core.db.columns import Owned, Record, Retention
from server.core.db.constraints import one_of


class OrganisationKind(StrEnum):
    CLINIC = "clinic"
    SPECIALIST = "specialist"
    BOTH = "both"


class Organisation(Record, Table, tablename="organisation"):
    """`region` (ISO 3166-2) is where it is; `languages` are BCP 47 tags joined by spaces, the first preferred."""

    retention = Retention.CONFIGURATION

    name = Varchar(length=200)
    kind = Varchar(length=10)
    zone = Varchar(length=64)
    region = Varchar(length=12)
    languages = Varchar(length=200)
    is_demo = Boolean(default=False)

    organisation_kind = one_of("kind", OrganisationKind)


class PersonState(StrEnum):
    INVITED = "invited"
    """Has no way to sign in yet."""
    ACTIVE = "active"
    DISABLED = "disabled"


class Person(Owned, Table, tablename="person"):
    """`organisation_id` keeps the record, in its directory vault; the roles are memberships, there or elsewhere.

    The tokens find a person at sign-in, when the organisation is not known yet: they are unique across the platform.
    """

    retention = Retention.ACCOUNT

    vault_id = UUID(default=None, null=False)
    sealed = Bytea(default=b"")
    """`PersonDetails`, sealed."""
    email_token = Bytea(default=None, null=True, unique=True)
    phone_token = Bytea(default=None, null=True, unique=True)
    language = Varchar(length=35)
    zone = Varchar(length=64)
    state = Varchar(length=8)

    person_state = one_of("state", PersonState)


class Membership(Owned, Table, tablename="membership"):
    """One role of one person in one organisation; ended, never deleted."""

    retention = Retention.ACCOUNT

    person_id = UUID(default=None, null=False, index=True)
    role = Varchar(length=16)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=True)

    membership_role = one_of("role", Role)


class Licence(Owned, Table, tablename="licence"):
    """Where a person may practise: a country or a subdivision of ISO 3166, for the patient's place."""

    retention = Retention.ACCOUNT

    person_id = UUID(default=None, null=False, index=True)
    region = Varchar(length=12)
    starts_on = Date(default=None, null=False)
    ends_on = Date(default=None, null=True)
    """The last day it holds."""

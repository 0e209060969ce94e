"""A provider's rules and taken time, appointments, the waiting list and calendar feeds."""

from typing import ClassVar

from piccolo.columns import UUID, Boolean, Bytea, Date, Integer, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from server.core.db.columns import Owned, Record, Retention
from server.core.db.constraints import one_of
from server.scheduling.lifecycle import Status

SLICE_MIN = 5
"""Every time and length in scheduling is a multiple of it; a slice of a provider's time is claimed once."""


class Practice(Owned, Table, tablename="practice"):
    """How one provider of an organisation may be booked. Bookings lock this row, one after the other."""

    retention = Retention.CONFIGURATION

    person_id = UUID(default=None, null=False)
    zone = Varchar(length=64)
    """IANA name; every rule is in its wall-clock time."""
    daily_limit = Integer(default=None, null=True)
    horizon_days = Integer(default=60)
    cutoff_min = Integer(default=24 * 60)
    """Until when before the visit patients cancel and move it themselves."""
    reminders_min = Varchar(length=60, default="1440 60")
    """How long before the visit, in minutes; whole days are days of the calendar."""
    version = Integer(default=0)

    one_practice = Unique([Owned.organisation_id, person_id])


class VisitKind(Owned, Table, tablename="visit_kind"):
    retention = Retention.CONFIGURATION

    person_id = UUID(default=None, null=False, index=True)
    name = Varchar(length=60)
    duration_min = Integer(default=30)
    every_min = Integer(default=30)
    before_min = Integer(default=0)
    after_min = Integer(default=0)
    notice_min = Integer(default=0)
    capacity = Integer(default=1)
    """How many patients come to one such visit; a visit for more than one happens at a place."""
    ended_at = Timestamptz(default=None, null=True)


class VisitPlace(Owned, Table, tablename="visit_place"):
    """Where patients come to; without one a visit is by video and happens where the patient is."""

    retention = Retention.CONFIGURATION

    person_id = UUID(default=None, null=False, index=True)
    name = Varchar(length=80)
    region = Varchar(length=6)
    zone = Varchar(length=64)
    ended_at = Timestamptz(default=None, null=True)


class OpenHours(Owned, Table, tablename="open_hours"):
    """A weekly window, or one of a single day, which stands in place of that day's weekly ones."""

    retention = Retention.CONFIGURATION

    person_id = UUID(default=None, null=False, index=True)
    weekday = Integer(default=None, null=True)
    """Monday 0."""
    day = Date(default=None, null=True)
    opens_min = Integer()
    closes_min = Integer()
    """As `opens_min` on a day that is closed."""
    place_id = UUID(default=None, null=True)
    kind_id = UUID(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)

    weekly_or_of_a_day = Check('("weekday" IS NULL) <> ("day" IS NULL)')
    open_hours_within_a_day = Check('"opens_min" >= 0 AND "opens_min" <= "closes_min" AND "closes_min" <= 1440')


class Blackout(Owned, Table, tablename="blackout"):
    """No visit from one instant to another; one that was taken back ends where it starts."""

    retention = Retention.CONFIGURATION

    person_id = UUID(default=None, null=False, index=True)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=False)


class ReservedTime(Owned, Table, tablename="reserved_time"):
    """A provider's time that an appointment takes, buffers included; the provider's own organisation keeps it.

    A group's time is taken once, under the id of its session.
    """

    retention = Retention.CLINICAL

    person_id = UUID(default=None, null=False, index=True)
    appointment_id = UUID(default=None, null=False, unique=True)
    day = Date(default=None, null=False)
    """By the provider's calendar, for the daily limit."""
    from_min = Integer()
    until_min = Integer()
    held_until = Timestamptz(default=None, null=True)
    """After it the time is free, whether or not the hold's job has run; None once it is booked."""
    kind_id = UUID(default=None, null=True)
    """Of a session: what others may still join."""
    place_id = UUID(default=None, null=True)


class TimeClaim(Owned, Table, tablename="time_claim"):
    """One slice of a provider's time, taken by one appointment: the database itself lets no second one in."""

    retention = Retention.CLINICAL

    person_id = UUID(default=None, null=False)
    slice_no = Integer()
    """Minutes since the epoch by SLICE_MIN."""
    appointment_id = UUID(default=None, null=False, index=True)

    one_claim = Unique([person_id, slice_no])


class SessionPlace(Owned, Table, tablename="session_place"):
    """One patient's place in a group's session: the database itself gives each number away once."""

    retention = Retention.CLINICAL

    person_id = UUID(default=None, null=False, index=True)
    session_id = UUID(default=None, null=False)
    place_no = Integer()
    """From 0 up to what the kind of visit has room for."""
    appointment_id = UUID(default=None, null=False, unique=True)
    held_until = Timestamptz(default=None, null=True)
    """As of `ReservedTime`."""

    one_place = Unique([session_id, place_no])


class Appointment(Owned, Table, tablename="appointment"):
    """A visit of a patient. The clinic owns it; the provider's organisation has a grant that names it as a case."""

    retention = Retention.CLINICAL
    subject_columns: ClassVar = {"case_id": "id"}

    patient_id = UUID(default=None, null=False, index=True)
    from_case_id = UUID(default=None, null=True, index=True)
    provider_id = UUID(default=None, null=False, index=True)
    provider_organisation_id = UUID(default=None, null=False)
    pool_id = UUID(default=None, null=True)
    kind_id = UUID(default=None, null=False)
    kind_name = Varchar(length=60)
    is_group = Boolean(default=False)
    """Others come at the same time; nobody of them is told who."""
    place_id = UUID(default=None, null=True)
    place_name = Varchar(length=80, default="")
    """Empty: by video."""
    region = Varchar(length=6)
    zone = Varchar(length=64)
    """Of where the visit happens: the patient's place, or the one they come to."""
    provider_zone = Varchar(length=64)
    starts_at = Timestamptz(default=None, null=False, index=True)
    ends_at = Timestamptz(default=None, null=False)
    status = Varchar(length=10, default=Status.HELD)
    version = Integer(default=1)
    changed_at = Timestamptz(default=None, null=False)
    held_until = Timestamptz(default=None, null=True)
    arrived_at = Timestamptz(default=None, null=True)
    late_min = Integer(default=None, null=True)
    confirmed_at = Timestamptz(default=None, null=True)
    """When the patient said after a reminder that they will come."""
    reason = Varchar(length=20, default="")
    """Why it was cancelled, as a code."""
    is_outside_rules = Boolean(default=False)
    """The provider's rules have changed since and no longer offer this time; the appointment stands."""

    series_id = UUID(default=None, null=True, index=True)
    series_no = Integer(default=None, null=True)
    """Which of the series' times it is, from 0."""

    appointment_status = one_of("status", Status)


class VisitSeries(Owned, Table, tablename="visit_series"):
    """Several visits that were wished for at once; each is an appointment of its own."""

    retention = Retention.CLINICAL
    subject_columns: ClassVar = {"case_id": "id"}

    patient_id = UUID(default=None, null=False, index=True)
    provider_id = UUID(default=None, null=False)
    provider_zone = Varchar(length=64)
    starts_at = Timestamptz(default=None, null=False)
    every_weeks = Integer()
    times = Integer()
    missed = Varchar(length=400, default="")
    """Times that could not be had, with the code of why: `2:time-taken 5:not-licensed-there`."""


class WaitingEntry(Owned, Table, tablename="waiting_entry"):
    """A patient who would come sooner; the provider's organisation keeps it and offers what becomes free."""

    retention = Retention.CLINICAL

    patient_id = UUID(default=None, null=False, index=True)
    clinic_id = UUID(default=None, null=False)
    provider_id = UUID(default=None, null=False, index=True)
    kind_id = UUID(default=None, null=False)
    from_case_id = UUID(default=None, null=True)
    from_at = Timestamptz(default=None, null=False)
    until_at = Timestamptz(default=None, null=False)
    offered_id = UUID(default=None, null=True)
    """The appointment that is held for the patient now."""
    ended_at = Timestamptz(default=None, null=True)


class CalendarFeed(Record, Table, tablename="calendar_feed"):
    """A person's private calendar address; only its hash is kept."""

    retention = Retention.ACCOUNT

    person_id = UUID(default=None, null=False, index=True)
    organisation_id = UUID(default=None, null=False)
    is_patient = Boolean(default=False)
    token_hash = Bytea(default=b"", unique=True)
    ended_at = Timestamptz(default=None, null=True)

"""Calls, their seats, who is rung, invitations by link, what ends pass each other, and how a pool is rung."""

from enum import StrEnum
from typing import ClassVar

from piccolo.columns import UUID, BigInt, Boolean, Bytea, Integer, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from server.calls.lifecycle import Status
from server.calls.schemas import RingMode
from server.contract.call import Presence, SeatRole
from server.core.db.columns import Owned, OwnedWithin, Retention
from server.core.db.constraints import one_of


class RingState(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    DECLINED = "declined"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"
    """Somebody else was first, or nobody is wanted any more."""


class Call(Owned, Table, tablename="live_call"):
    """A call about a case or a visit; the clinic owns it. `subject_id` is what a reader's grant names."""

    retention = Retention.CLINICAL
    subject_columns: ClassVar = {"case_id": "subject_id"}

    subject_id = UUID(default=None, null=False, index=True)
    """The case; of a visit that came from none, the appointment."""
    care_case_id = UUID(default=None, null=True, index=True)
    appointment_id = UUID(default=None, null=True, index=True)
    patient_id = UUID(default=None, null=False, index=True)
    pool_id = UUID(default=None, null=True, index=True)
    specialist_id = UUID(default=None, null=True, index=True)
    """Who has answered, or is the one wanted: the reader of the case, the provider of the visit."""
    acuity = Varchar(length=8)
    region = Varchar(length=12)
    zone = Varchar(length=64)
    status = Varchar(length=12, default=Status.ASKED)
    version = Integer(default=1)
    """Raised by every step; the compare-and-set of a verb names it."""
    revision = Integer(default=1)
    """Raised by whatever an end should hear of: a step, a seat."""
    asked_by = UUID(default=None, null=False)
    is_asked_by_specialist = Boolean(default=False)
    asked_at = Timestamptz(default=None, null=False)
    changed_at = Timestamptz(default=None, null=False)
    answered_at = Timestamptz(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    why = Varchar(length=40, default="")
    """Why it was asked for, as a code."""
    ended_because = Varchar(length=40, default="")

    call_status = one_of("status", Status)


class CallSeat(OwnedWithin, Table, tablename="call_seat"):
    """A place in a call. Who sits there by an account is named by the account; a guest's name is sealed here."""

    retention = Retention.CLINICAL
    subject_columns: ClassVar = {"case_id": "subject_id"}

    call_id = UUID(default=None, null=False, index=True)
    subject_id = UUID(default=None, null=False)
    patient_id = UUID(default=None, null=False)
    role = Varchar(length=16)
    person_id = UUID(default=None, null=True)
    """The person or kiosk; None while nobody of the patient's side has come, and for guests."""
    invitation_id = UUID(default=None, null=True)
    is_kiosk = Boolean(default=False)
    language = Varchar(length=35, default="en")
    sealed_name = Bytea(default=None, null=True)
    presence = Varchar(length=12, default=Presence.EXPECTED)
    session_id = UUID(default=None, null=True)
    seen_at = Timestamptz(default=None, null=True)
    admitted_at = Timestamptz(default=None, null=True)
    joined_at = Timestamptz(default=None, null=True)
    left_at = Timestamptz(default=None, null=True)
    removed_at = Timestamptz(default=None, null=True)
    """The host has taken the place away; it stays as a record of who was there."""
    last_number = BigInt(default=0)
    """Of the messages to this seat."""
    said_number = BigInt(default=0)
    """Of the last message that the session said: one that comes again is known by it."""

    seat_role = one_of("role", SeatRole)
    seat_presence = one_of("presence", Presence)


class CallRing(OwnedWithin, Table, tablename="call_ring"):
    """Somebody who is rung for a call: a specialist, or the patient's side (`person_id` None)."""

    retention = Retention.TRANSIENT
    subject_columns: ClassVar = {"case_id": "subject_id"}

    call_id = UUID(default=None, null=False, index=True)
    subject_id = UUID(default=None, null=False)
    patient_id = UUID(default=None, null=False)
    person_id = UUID(default=None, null=True, index=True)
    state = Varchar(length=10, default=RingState.RINGING)
    until_at = Timestamptz(default=None, null=False, index=True)

    ring_state = one_of("state", RingState)


class CallInvitation(Owned, Table, tablename="call_invitation"):
    """A single-use link into a call. The tokens of link and device are kept as hashes alone."""

    retention = Retention.TRANSIENT
    subject_columns: ClassVar = {"case_id": "subject_id"}

    call_id = UUID(default=None, null=False, index=True)
    subject_id = UUID(default=None, null=False)
    patient_id = UUID(default=None, null=False)
    made_by = UUID(default=None, null=False)
    role = Varchar(length=16)
    language = Varchar(length=35, default="en")
    token_hash = Bytea(default=b"", unique=True)
    code_hash = Bytea(default=b"")
    """Of what the guest is told on another way than the link."""
    tries = Integer(default=0)
    expires_at = Timestamptz(default=None, null=False)
    redeemed_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)
    device_hash = Bytea(default=None, null=True)
    """Of the cookie of the device that redeemed it."""
    seat_id = UUID(default=None, null=True)

    invitation_role = one_of("role", (SeatRole.INTERPRETER, SeatRole.GUEST))


class CallMessage(OwnedWithin, Table, tablename="call_message"):
    """What one end passes to another, sealed, until the call ends or the hearing end has another session."""

    retention = Retention.TRANSIENT

    call_id = UUID(default=None, null=False, index=True)
    seat_id = UUID(default=None, null=False)
    """Who is to hear it."""
    number = BigInt()
    sender_id = UUID(default=None, null=False)
    session_id = UUID(default=None, null=False)
    """Of the sender."""
    sealed = Bytea(default=b"")

    call_message_once = Unique([seat_id, number])


class CallNote(OwnedWithin, Table, tablename="call_note"):
    """What one person wrote down during the call, sealed for whoever may read the case."""

    retention = Retention.CLINICAL
    subject_columns: ClassVar = {"case_id": "subject_id"}

    call_id = UUID(default=None, null=False)
    subject_id = UUID(default=None, null=False, index=True)
    patient_id = UUID(default=None, null=False)
    author_id = UUID(default=None, null=False)
    sealed = Bytea(default=b"")
    version = Integer(default=1)
    saved_at = Timestamptz(default=None, null=False)

    one_call_note = Unique([call_id, author_id])


class RingPlan(Owned, Table, tablename="ring_plan"):
    """How one pool is rung; without a row, in parallel."""

    retention = Retention.CONFIGURATION

    pool_id = UUID(default=None, null=False, unique=True)
    mode = Varchar(length=10, default=RingMode.PARALLEL)
    ring_s = Integer(default=45)

    ring_mode = one_of("mode", RingMode)


class OnCallShift(Owned, Table, tablename="on_call_shift"):
    """A stretch in which a reader of the pool is rung. Dated; one that was taken back has ended."""

    retention = Retention.CONFIGURATION

    pool_id = UUID(default=None, null=False, index=True)
    person_id = UUID(default=None, null=False)
    starts_at = Timestamptz(default=None, null=False)
    ends_at = Timestamptz(default=None, null=False)

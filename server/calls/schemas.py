"""What verbs of calls are told and give back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from server.contract.call import SeatRole
from server.core.access import Actor


class RingMode(StrEnum):
    """How the readers of a pool are rung."""

    PARALLEL = "parallel"
    IN_ORDER = "in-order"
    ON_CALL = "on-call"
    """Whoever has a shift now, all at once."""


class Plan(Struct, frozen=True, kw_only=True):
    """How one pool is rung, and for how long before the next, or nobody, is."""

    mode: RingMode = RingMode.PARALLEL
    ring_s: int = 45


class Caller(Struct, frozen=True, kw_only=True):
    """Who wants to sit down: a person or kiosk, or a guest, who acts for the clinic and in one seat alone."""

    actor: Actor
    guest_seat_id: UUID | None = None


class Look(Struct, frozen=True, kw_only=True):
    """What an end's socket looks at again and again."""

    status: str
    revision: int
    last_number: int
    session_id: UUID | None
    is_admitted: bool
    is_removed: bool


class Heard(Struct, frozen=True, kw_only=True):
    """A message to a seat, as bytes of the contract's JSON."""

    number: int
    sender_id: UUID
    session_id: UUID
    content: bytes


class NewInvitation(Struct, frozen=True, kw_only=True):
    """Told once, to whoever made it."""

    path: str
    code: str
    expires_at: datetime


class GuestPass(Struct, frozen=True, kw_only=True):
    """What the redeeming device gets: its cookie's token, and the seat."""

    token: str
    call_id: UUID
    seat_id: UUID


class WalkIn(Struct, frozen=True, kw_only=True):
    """Somebody in the waiting room, as the board shows it."""

    call_id: UUID
    care_case_id: UUID | None
    patient_id: UUID
    pool_id: UUID | None
    acuity: str
    status: str
    asked_at: datetime
    is_there: bool
    """On the page now; otherwise they wait at home and are called."""
    ahead: int


class Standing(Struct, frozen=True, kw_only=True):
    """One's place in the waiting room. Minutes are None while too few calls are known to say anything honest."""

    ahead: int
    low_min: int | None = None
    high_min: int | None = None


class Shift(Struct, frozen=True, kw_only=True):
    shift_id: UUID
    person_id: UUID
    starts_at: datetime
    ends_at: datetime


class InvitationCard(Struct, frozen=True, kw_only=True):
    """An invitation as the host sees it."""

    invitation_id: UUID
    role: SeatRole
    expires_at: datetime
    state: str
    """`open`, `used`, `revoked` or `over`."""

"""The life of a call as one pure table: (status, event) gives the next status and who may cause it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from server.core.access import Actor, ActorKind, Role
from server.core.faults import Conflict, Forbidden


class Status(StrEnum):
    ASKED = "asked"
    """In the waiting room: nobody is rung yet, or nobody could be."""
    RINGING = "ringing"
    JOINING = "joining"
    """Somebody has answered; no media have flowed yet."""
    LIVE = "live"
    INTERRUPTED = "interrupted"
    """Fewer than two are there; the room is kept."""
    ENDED = "ended"
    MISSED = "missed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    """Whoever asked did not want it any more before anybody answered."""
    FAILED = "failed"
    """Answered, and no picture or sound ever came through."""


class Event(StrEnum):
    RING = "ring"
    ANSWER = "answer"
    ADMIT = "admit"
    """A specialist takes the next out of the waiting room, who is there already."""
    DECLINE = "decline"
    TIME_OUT = "time-out"
    CANCEL = "cancel"
    REQUEUE = "requeue"
    """Back into the waiting room, in the place that the first asking gave."""
    CONNECT = "connect"
    LOSE = "lose"
    RESUME = "resume"
    END = "end"
    ABANDON = "abandon"
    FAIL = "fail"


class Step(NamedTuple):
    next: Status
    roles: frozenset[Role]


class EventNotAllowed(Conflict):
    code = "call-moved-on"
    title = "The call has moved on"


_SYSTEM: frozenset[Role] = frozenset()
_PATIENT_SIDE = frozenset({Role.PATIENT, Role.CLINIC_WORKER})
_SPECIALIST = frozenset({Role.SPECIALIST})
_EITHER_SIDE = _PATIENT_SIDE | _SPECIALIST

_S, _E = Status, Event

TABLE: Mapping[tuple[Status, Event], Step] = MappingProxyType(
    {
        (_S.ASKED, _E.RING): Step(_S.RINGING, _EITHER_SIDE),
        (_S.ASKED, _E.ADMIT): Step(_S.JOINING, _SPECIALIST),
        (_S.ASKED, _E.CANCEL): Step(_S.CANCELLED, _EITHER_SIDE | {Role.COORDINATOR}),
        (_S.ASKED, _E.TIME_OUT): Step(_S.MISSED, _SYSTEM),
        (_S.RINGING, _E.RING): Step(_S.RINGING, _SYSTEM),
        (_S.RINGING, _E.ANSWER): Step(_S.JOINING, _EITHER_SIDE),
        (_S.RINGING, _E.DECLINE): Step(_S.DECLINED, _EITHER_SIDE),
        (_S.RINGING, _E.TIME_OUT): Step(_S.MISSED, _SYSTEM),
        (_S.RINGING, _E.CANCEL): Step(_S.CANCELLED, _EITHER_SIDE | {Role.COORDINATOR}),
        (_S.MISSED, _E.REQUEUE): Step(_S.ASKED, _PATIENT_SIDE),
        (_S.DECLINED, _E.REQUEUE): Step(_S.ASKED, _PATIENT_SIDE),
        (_S.JOINING, _E.CONNECT): Step(_S.LIVE, _SYSTEM),
        (_S.JOINING, _E.END): Step(_S.ENDED, _EITHER_SIDE),
        (_S.JOINING, _E.FAIL): Step(_S.FAILED, _SYSTEM),
        (_S.LIVE, _E.LOSE): Step(_S.INTERRUPTED, _SYSTEM),
        (_S.LIVE, _E.END): Step(_S.ENDED, _EITHER_SIDE),
        (_S.INTERRUPTED, _E.RESUME): Step(_S.LIVE, _SYSTEM),
        (_S.INTERRUPTED, _E.END): Step(_S.ENDED, _EITHER_SIDE),
        (_S.INTERRUPTED, _E.ABANDON): Step(_S.ENDED, _SYSTEM),
    }
)

WAITING = frozenset({_S.ASKED, _S.RINGING})
TALKING = frozenset({_S.JOINING, _S.LIVE, _S.INTERRUPTED})
"""Somebody has answered: what ends pass each other is passed on."""
OPEN = WAITING | TALKING
"""Statuses in which the call goes on."""


def step(actor: Actor, status: Status, event: Event) -> Status:
    """The status after `event`; EventNotAllowed when the table has no such row, Forbidden when not this actor's.

    A kiosk stands on the patient's side.
    """
    row = TABLE.get((status, event))
    if row is None:
        raise EventNotAllowed("This cannot be done with the call as it stands now.")
    if actor.kind is not ActorKind.SYSTEM and _roles_of(actor).isdisjoint(row.roles):
        raise Forbidden("Your role does not take this step in a call.")
    return row.next


def _roles_of(actor: Actor) -> frozenset[Role]:
    return frozenset({Role.CLINIC_WORKER}) if actor.kind is ActorKind.DEVICE else actor.roles

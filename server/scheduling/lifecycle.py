"""The life of an appointment as one pure table: (status, event) gives the next status and who may cause it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from server.core.access import Actor, ActorKind, Role
from server.core.faults import Conflict, Forbidden


class Status(StrEnum):
    HELD = "held"
    """The time is kept for the patient until the hold runs out."""
    BOOKED = "booked"
    ARRIVED = "arrived"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"


class Event(StrEnum):
    CONFIRM = "confirm"
    LAPSE = "lapse"
    MOVE = "move"
    CANCEL = "cancel"
    RESTORE = "restore"
    """A cancellation is undone while the time is still free."""
    ARRIVE = "arrive"
    LEAVE = "leave"
    """An arrival that was noted by mistake."""
    MISS = "miss"
    FINISH = "finish"


class Step(NamedTuple):
    next: Status
    roles: frozenset[Role]


class EventNotAllowed(Conflict):
    code = "appointment-moved-on"
    title = "The appointment has moved on"


_SYSTEM: frozenset[Role] = frozenset()
_PATIENT_SIDE = frozenset({Role.PATIENT, Role.CLINIC_WORKER, Role.COORDINATOR})
_EVERYONE = _PATIENT_SIDE | {Role.SPECIALIST}
_ATTENDING = frozenset({Role.SPECIALIST})

_S, _E = Status, Event

TABLE: Mapping[tuple[Status, Event], Step] = MappingProxyType(
    {
        (_S.HELD, _E.CONFIRM): Step(_S.BOOKED, _PATIENT_SIDE),
        (_S.HELD, _E.LAPSE): Step(_S.CANCELLED, _SYSTEM),
        (_S.HELD, _E.CANCEL): Step(_S.CANCELLED, _EVERYONE),
        (_S.BOOKED, _E.MOVE): Step(_S.BOOKED, _PATIENT_SIDE),
        (_S.BOOKED, _E.CANCEL): Step(_S.CANCELLED, _EVERYONE),
        (_S.BOOKED, _E.ARRIVE): Step(_S.ARRIVED, _ATTENDING),
        (_S.BOOKED, _E.MISS): Step(_S.NO_SHOW, _ATTENDING),
        (_S.ARRIVED, _E.FINISH): Step(_S.DONE, _ATTENDING),
        (_S.ARRIVED, _E.LEAVE): Step(_S.BOOKED, _ATTENDING),
        # Who comes after all is late, and not absent.
        (_S.NO_SHOW, _E.ARRIVE): Step(_S.ARRIVED, _ATTENDING),
        (_S.CANCELLED, _E.RESTORE): Step(_S.BOOKED, _PATIENT_SIDE),
    }
)

LIVE = frozenset({_S.HELD, _S.BOOKED, _S.ARRIVED})
"""Statuses in which the provider's time is taken."""


def step(actor: Actor, status: Status, event: Event) -> Status:
    """The status after `event`; EventNotAllowed when the table has no such row, Forbidden when not this actor's."""
    row = TABLE.get((status, event))
    if row is None:
        raise EventNotAllowed("This cannot be done with the appointment as it stands now.")
    if actor.kind is not ActorKind.SYSTEM and actor.roles.isdisjoint(row.roles):
        raise Forbidden("Your role does not take this step with an appointment.")
    return row.next

"""The life of a case as one pure table: (status, event) gives the next status and who may cause it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from server.core.access import Actor, ActorKind, Role
from server.core.faults import Conflict, Forbidden


class Status(StrEnum):
    SUBMITTED = "submitted"
    PREPARING = "preparing"
    WAITING = "waiting"
    IN_REVIEW = "in-review"
    NEEDS_MORE = "needs-more"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    PREPARE = "prepare"
    BECOME_READY = "become-ready"
    CLAIM = "claim"
    RELEASE = "release"
    ASK = "ask"
    SUPPLY = "supply"
    ESCALATE = "escalate"
    ANSWER = "answer"
    VOID_ANSWER = "void-answer"
    AMEND = "amend"
    CLOSE = "close"
    ABANDON = "abandon"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class Step(NamedTuple):
    next: Status
    roles: frozenset[Role]


class EventNotAllowed(Conflict):
    code = "event-not-allowed"
    title = "The case has moved on"


_SYSTEM: frozenset[Role] = frozenset()
"""Only the platform itself."""
_PATIENT_SIDE = frozenset({Role.PATIENT, Role.CLINIC_WORKER})
_READER = frozenset({Role.SPECIALIST})
_READER_OR_COORDINATOR = frozenset({Role.SPECIALIST, Role.COORDINATOR})
_EVERYONE = _PATIENT_SIDE | _READER_OR_COORDINATOR

_S, _E = Status, Event

TABLE: Mapping[tuple[Status, Event], Step] = MappingProxyType(
    {
        (_S.SUBMITTED, _E.PREPARE): Step(_S.PREPARING, _SYSTEM),
        (_S.SUBMITTED, _E.BECOME_READY): Step(_S.WAITING, _SYSTEM),
        (_S.SUBMITTED, _E.ABANDON): Step(_S.CLOSED, _SYSTEM),
        (_S.SUBMITTED, _E.WITHDRAW): Step(_S.WITHDRAWN, _PATIENT_SIDE),
        (_S.PREPARING, _E.BECOME_READY): Step(_S.WAITING, _SYSTEM),
        (_S.PREPARING, _E.ABANDON): Step(_S.CLOSED, _SYSTEM),
        (_S.PREPARING, _E.WITHDRAW): Step(_S.WITHDRAWN, _PATIENT_SIDE),
        (_S.WAITING, _E.CLAIM): Step(_S.IN_REVIEW, _READER),
        (_S.WAITING, _E.ESCALATE): Step(_S.WAITING, _READER_OR_COORDINATOR),
        (_S.WAITING, _E.WITHDRAW): Step(_S.WITHDRAWN, _PATIENT_SIDE),
        (_S.IN_REVIEW, _E.RELEASE): Step(_S.WAITING, _READER_OR_COORDINATOR),
        (_S.IN_REVIEW, _E.ASK): Step(_S.NEEDS_MORE, _READER),
        (_S.IN_REVIEW, _E.ESCALATE): Step(_S.IN_REVIEW, _READER_OR_COORDINATOR),
        (_S.IN_REVIEW, _E.ANSWER): Step(_S.ANSWERED, _READER),
        (_S.IN_REVIEW, _E.WITHDRAW): Step(_S.WITHDRAWN, _PATIENT_SIDE),
        (_S.NEEDS_MORE, _E.SUPPLY): Step(_S.IN_REVIEW, _SYSTEM),
        (_S.NEEDS_MORE, _E.RELEASE): Step(_S.WAITING, _READER_OR_COORDINATOR),
        (_S.NEEDS_MORE, _E.ESCALATE): Step(_S.NEEDS_MORE, _READER_OR_COORDINATOR),
        (_S.NEEDS_MORE, _E.ANSWER): Step(_S.ANSWERED, _READER),
        (_S.NEEDS_MORE, _E.WITHDRAW): Step(_S.WITHDRAWN, _PATIENT_SIDE),
        (_S.ANSWERED, _E.VOID_ANSWER): Step(_S.IN_REVIEW, _READER),
        (_S.ANSWERED, _E.AMEND): Step(_S.ANSWERED, _READER),
        (_S.ANSWERED, _E.CLOSE): Step(_S.CLOSED, _READER_OR_COORDINATOR),
        (_S.ANSWERED, _E.REOPEN): Step(_S.WAITING, _EVERYONE),
        (_S.CLOSED, _E.REOPEN): Step(_S.WAITING, _EVERYONE),
        (_S.CLOSED, _E.AMEND): Step(_S.CLOSED, _READER),
    }
)

OPEN = frozenset({_S.SUBMITTED, _S.PREPARING, _S.WAITING, _S.IN_REVIEW, _S.NEEDS_MORE})
"""Statuses in which someone still has to do something."""


def step(actor: Actor, status: Status, event: Event) -> Status:
    """The status after `event`; EventNotAllowed when the table has no such row, Forbidden when not this actor's."""
    row = TABLE.get((status, event))
    if row is None:
        raise EventNotAllowed("This cannot be done with the case as it stands now.")
    if actor.kind is not ActorKind.SYSTEM and actor.roles.isdisjoint(row.roles):
        raise Forbidden("Your role does not take this step in a case.")
    return row.next

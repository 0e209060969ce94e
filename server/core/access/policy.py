"""The one decision: which roles may do which action; whatever is not listed is denied."""

from collections.abc import Mapping
from types import MappingProxyType

from server.core.access.actions import Action
from server.core.access.actor import Actor, ActorKind, Role
from server.core.faults import Forbidden

_PATIENT, _WORKER, _SPECIALIST = Role.PATIENT, Role.CLINIC_WORKER, Role.SPECIALIST
_COORDINATOR, _ADMINISTRATOR, _AUDITOR = Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR

PERMITTED: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.SELF: frozenset(Role),
        Action.PEOPLE_READ: frozenset({_ADMINISTRATOR, _COORDINATOR}),
        Action.PEOPLE_MANAGE: frozenset({_ADMINISTRATOR}),
        Action.POOLS_READ: frozenset({_ADMINISTRATOR, _COORDINATOR}),
        Action.POOLS_MANAGE: frozenset({_ADMINISTRATOR}),
        Action.JOBS_MANAGE: frozenset({_ADMINISTRATOR}),
        Action.AUDIT_READ: frozenset({_AUDITOR}),
        Action.FLEET_READ: frozenset({_ADMINISTRATOR}),
        Action.FLEET_MANAGE: frozenset({_ADMINISTRATOR}),
        Action.KIOSK_PLACE_TAKE: frozenset({_WORKER}),
        Action.PATIENT_READ: frozenset({_PATIENT, _WORKER, _SPECIALIST, _COORDINATOR}),
        Action.PATIENT_FIND: frozenset({_WORKER, _COORDINATOR}),
        Action.PATIENT_REGISTER: frozenset({_WORKER, _COORDINATOR}),
        Action.PATIENT_UPDATE: frozenset({_PATIENT, _WORKER, _COORDINATOR}),
        Action.PATIENT_LINK: frozenset({_COORDINATOR}),
        Action.CONSENT_MANAGE: frozenset({_PATIENT, _WORKER}),
        Action.ACCESS_LIST_READ: frozenset({_PATIENT}),
        Action.ACTING_MANAGE: frozenset({_PATIENT, _WORKER, _COORDINATOR}),
        Action.ERASURE_ASK: frozenset({_PATIENT, _WORKER, _COORDINATOR}),
        Action.ERASURE_DECIDE: frozenset({_COORDINATOR}),
        Action.HOLD_MANAGE: frozenset({_COORDINATOR}),
        Action.UPLOAD: frozenset({_PATIENT, _WORKER}),
        Action.CASE_SUBMIT: frozenset({_PATIENT, _WORKER}),
        Action.CASE_READ: frozenset({_PATIENT, _WORKER, _SPECIALIST, _COORDINATOR}),
        Action.CASE_WITHDRAW: frozenset({_PATIENT, _WORKER}),
        Action.CASE_MESSAGE: frozenset({_PATIENT, _WORKER, _SPECIALIST, _COORDINATOR}),
        Action.CASE_REOPEN: frozenset({_PATIENT, _WORKER, _SPECIALIST, _COORDINATOR}),
        Action.QUEUE_READ: frozenset({_SPECIALIST, _COORDINATOR}),
        Action.CASE_CLAIM: frozenset({_SPECIALIST}),
        Action.CASE_RELEASE: frozenset({_SPECIALIST, _COORDINATOR}),
        Action.CASE_REASSIGN: frozenset({_COORDINATOR}),
        Action.CASE_ESCALATE: frozenset({_SPECIALIST, _COORDINATOR}),
        Action.CASE_ASK: frozenset({_SPECIALIST}),
        Action.OUTLINE_DRAW: frozenset({_SPECIALIST}),
        Action.CASE_CLOSE: frozenset({_SPECIALIST, _COORDINATOR}),
        Action.PHOTO_ANNOTATE: frozenset({_SPECIALIST}),
        Action.DEADLINES_READ: frozenset({_COORDINATOR}),
        Action.PATIENT_TELL: frozenset({_COORDINATOR}),
        Action.EMERGENCY_OPEN: frozenset({_SPECIALIST, _COORDINATOR}),
        Action.EMERGENCY_REVIEW: frozenset({_COORDINATOR, _AUDITOR}),
        Action.ANSWER_DRAFT: frozenset({_SPECIALIST}),
        Action.ANSWER_SIGN: frozenset({_SPECIALIST}),
        Action.ANSWER_READ: frozenset({_PATIENT, _WORKER, _SPECIALIST, _COORDINATOR}),
        Action.TEMPLATES_MANAGE: frozenset({_SPECIALIST}),
        Action.AVAILABILITY_MANAGE: frozenset({_SPECIALIST}),
        Action.APPOINTMENT_BOOK: frozenset({_PATIENT, _WORKER, _COORDINATOR}),
        Action.APPOINTMENT_READ: frozenset({_PATIENT, _WORKER, _SPECIALIST, _COORDINATOR}),
        Action.APPOINTMENT_ATTEND: frozenset({_SPECIALIST}),
        Action.APPOINTMENTS_OVERSEE: frozenset({_COORDINATOR}),
        Action.APPOINTMENTS_OWN: frozenset({_PATIENT}),
        Action.CALENDAR_FEED: frozenset({_PATIENT, _SPECIALIST}),
        Action.CALL_ASK: frozenset({_PATIENT, _WORKER, _SPECIALIST}),
        Action.CALL_JOIN: frozenset({_PATIENT, _WORKER, _SPECIALIST}),
        Action.CALL_HOST: frozenset({_WORKER, _SPECIALIST}),
        Action.WALK_INS_READ: frozenset({_WORKER, _SPECIALIST, _COORDINATOR}),
        Action.ON_CALL_MANAGE: frozenset({_COORDINATOR, _ADMINISTRATOR}),
    }
)

BY_DEVICES = frozenset(
    {
        Action.UPLOAD,
        Action.CASE_SUBMIT,
        Action.PATIENT_REGISTER,
        Action.KIOSK_REPORT,
        Action.KIOSK_PLACE_ASK,
        Action.CALL_ASK,
        Action.CALL_JOIN,
    }
)
"""What a kiosk may do for its clinic: bring in, tell how it is, and call about what it brought in.

It has no role, and reads nobody's record.
"""

BY_PIN = frozenset({Action.PATIENT_FIND})
"""What a worker may do who has signed in at a kiosk: the server has the kiosk's word for it, and no second factor."""


def permits(actor: Actor, action: Action) -> bool:
    """Whether the actor's roles, or its being a device, allow the action at all; the scope decides on which rows."""
    if action is Action.PUBLIC or actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is ActorKind.DEVICE:
        return action in BY_DEVICES
    if actor.kiosk_id is not None and action not in BY_PIN:
        return False
    return not actor.roles.isdisjoint(PERMITTED.get(action, frozenset()))


def authorize(actor: Actor, action: Action) -> None:
    """Raise Forbidden unless `permits`; services call it, so that every door asks the same question."""
    if not permits(actor, action):
        raise Forbidden

"""Turns a live session into the actor of a request."""

from server.core.access import Actor, ActorKind, Purpose, Role
from server.identity.schemas import LiveSession
from server.identity.tables import Stage

ONLY_PATIENT = frozenset({Role.PATIENT})


def actor_of(session: LiveSession) -> Actor | None:
    """Who a session acts as: nobody before the sign-in is whole, without a role, or as staff with one factor."""
    if session.stage is not Stage.FULL or not session.roles:
        return None
    if session.roles != ONLY_PATIENT and session.second_factor_at is None:
        return None
    proved = session.second_factor_at
    return Actor(
        actor_id=session.person_id,
        kind=ActorKind.PERSON,
        organisation_id=session.organisation_id,
        roles=session.roles,
        purpose=purpose_of(session.roles),
        session_id=session.session_id,
        language=session.language,
        zone=session.zone,
        second_factor_at=int(proved.timestamp()) if proved else 0,
    )


def purpose_of(roles: frozenset[Role]) -> Purpose:
    """Why a person with these roles looks at records, unless they say otherwise (break-glass)."""
    by_role = {
        Role.SPECIALIST: Purpose.TREATMENT,
        Role.CLINIC_WORKER: Purpose.TREATMENT,
        Role.COORDINATOR: Purpose.OPERATIONS,
        Role.PATIENT: Purpose.PATIENT_REQUEST,
        Role.AUDITOR: Purpose.AUDIT,
        Role.ADMINISTRATOR: Purpose.SYSTEM_ADMINISTRATION,
    }
    return next(purpose for role, purpose in by_role.items() if role in roles)

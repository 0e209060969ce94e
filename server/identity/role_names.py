"""The roles in words."""

from server.core.access import Role
from server.web.catalogue import N_

_NAMES = {
    Role.PATIENT: N_("Patient"),
    Role.CLINIC_WORKER: N_("Clinic worker"),
    Role.SPECIALIST: N_("Specialist"),
    Role.COORDINATOR: N_("Coordinator"),
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.AUDITOR: N_("Auditor"),
}

STAFF_ROLES = tuple(role for role in Role if role is not Role.PATIENT)


def role_name(role: Role) -> str:
    """The role's name, to be translated where it is shown."""
    return _NAMES[role]

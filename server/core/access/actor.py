"""The actor: who is asking, for which organisation, in which roles and for what purpose."""

from enum import StrEnum
from uuid import UUID, uuid5

import msgspec


class ActorKind(StrEnum):
    PERSON = "person"
    DEVICE = "device"
    SYSTEM = "system"
    """A job of the platform itself, always on behalf of one organisation."""


class Role(StrEnum):
    PATIENT = "patient"
    CLINIC_WORKER = "clinic-worker"
    SPECIALIST = "specialist"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Purpose(StrEnum):
    """Purpose of use (HL7 v3 PurposeOfUse), carried into every audit event."""

    TREATMENT = "TREAT"
    PATIENT_REQUEST = "PATRQT"
    OPERATIONS = "HOPERAT"
    SYSTEM_ADMINISTRATION = "SYSADMIN"
    AUDIT = "HCOMPL"
    BREAK_GLASS = "BTG"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Always a verb's first argument; there is no ambient user.

    `actor_id` is the person's, device's or job's id. `session_id` names the sign-in a person acts through.
    `second_factor_at` (epoch seconds) is when the session last proved a second factor, 0 if never.
    `kiosk_id` is the kiosk at which a worker has signed in with a PIN: what may be done so is less than a role.
    """

    actor_id: UUID
    kind: ActorKind
    organisation_id: UUID
    roles: frozenset[Role] = frozenset()
    purpose: Purpose = Purpose.TREATMENT
    session_id: UUID | None = None
    language: str = "en"
    zone: str = "UTC"
    second_factor_at: int = 0
    kiosk_id: UUID | None = None

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def seat_id(self) -> UUID:
        return seat_of(self.organisation_id, self.actor_id)

    @property
    def is_patient(self) -> bool:
        return self.kind is ActorKind.PERSON and self.roles == {Role.PATIENT}


def seat_of(organisation_id: UUID, person_id: UUID) -> UUID:
    """A person acting for one organisation, whom an emergency grant names: not the person acting elsewhere."""
    return uuid5(organisation_id, person_id.hex)


SYSTEM_ID = UUID(int=0)


def system_actor(organisation_id: UUID) -> Actor:
    """The platform acting for one organisation, as jobs do."""
    return Actor(
        actor_id=SYSTEM_ID,
        kind=ActorKind.SYSTEM,
        organisation_id=organisation_id,
        purpose=Purpose.OPERATIONS,
    )

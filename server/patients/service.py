"""The verbs on patients; other slices call these and nothing else of this slice."""

from uuid import UUID

from server.core.access import Actor
from server.patients import queries


async def vault_of(actor: Actor, patient_id: UUID) -> UUID:
    """The patient's vault id; NotFound when the patient is not the actor's to see."""
    return (await queries.get_patient(actor, patient_id)).vault_id

"""States that two records are, may be, or are not one person; nothing is merged and no ciphertext moves."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from server.core import audit
from server.core.access import Action, Actor, authorize
from server.core.db import scoped, transaction
from server.core.faults import BadInput
from server.core.platform import now
from server.patients import queries
from server.patients.tables import LinkState, PatientLink

Pair = frozenset[UUID]


class LinkReason(StrEnum):
    """Why somebody thinks so."""

    PERSON_SAYS_SO = "person-says-so"
    SAME_IDENTIFIER = "same-identifier"
    SAME_NAME_AND_BIRTH_DATE = "same-name-and-birth-date"
    SAME_CONTACT = "same-contact"
    LOOKED_AT_BOTH = "looked-at-both"
    MISTAKE = "mistake"


async def state_link(actor: Actor, patient_id: UUID, other_id: UUID, state: LinkState, reason: str) -> None:
    """Add a statement about the pair; the newest one holds, earlier ones stay readable."""
    authorize(actor, Action.PATIENT_LINK)
    if patient_id == other_id:
        raise BadInput("A record is always the same person as itself.")
    async with transaction():
        patient = await queries.get_kept_patient(actor, patient_id)
        await queries.get_kept_patient(actor, other_id)
        await PatientLink(
            recorded_at=now(),
            organisation_id=patient.organisation_id,
            patient_id=patient_id,
            other_patient_id=other_id,
            state=state,
            stated_by=actor.actor_id,
            reason=reason,
        ).save()
        for subject in (patient_id, other_id):
            detail = {"state": state, "reason": reason}
            await audit.record(actor, "patient:link-stated", subject_id=subject, patient_id=subject, detail=detail)


async def same_person(actor: Actor, patient_id: UUID) -> set[UUID]:
    """Every record that is linked to this one now, directly or through others, itself included."""
    authorize(actor, Action.PATIENT_READ)
    await queries.get_patient(actor, patient_id)
    rows = await scoped(actor, PatientLink).objects().order_by(PatientLink.id)
    return _reached(patient_id, _linked(rows))


def _linked(rows: Iterable[PatientLink]) -> dict[UUID, set[UUID]]:
    newest: dict[Pair, str] = {frozenset({row.patient_id, row.other_patient_id}): row.state for row in rows}
    neighbours: dict[UUID, set[UUID]] = defaultdict(set)
    for pair, state in newest.items():
        if state == LinkState.LINKED:
            one, other = pair
            neighbours[one].add(other)
            neighbours[other].add(one)
    return neighbours


def _reached(start: UUID, neighbours: dict[UUID, set[UUID]]) -> set[UUID]:
    reached, to_visit = {start}, [start]
    while to_visit:
        fresh = neighbours.get(to_visit.pop(), set()) - reached
        reached |= fresh
        to_visit += fresh
    return reached

"""Photographs across a patient's cases, opened for whoever may see those cases."""

from uuid import UUID

from server.cases import queries
from server.cases.service.reading import OpenedPart, open_row
from server.contract.case import PhotographPart
from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.faults import NotFound


async def get_photograph(actor: Actor, part_id: UUID) -> OpenedPart:
    """One photograph; NotFound where there is none that the actor may see."""
    authorize(actor, Action.CASE_READ)
    row = await queries.get_part(actor, part_id)
    opened = open_row(await vault.key(row.vault_id, actor.organisation_id), row)
    if not isinstance(opened.part, PhotographPart):
        raise NotFound
    return opened


async def photographs_of_case(actor: Actor, case_id: UUID) -> list[OpenedPart]:
    """The case's photographs in the order in which they were sent, whatever has come of them."""
    authorize(actor, Action.CASE_READ)
    case = await queries.get_case(actor, case_id)
    key = await vault.key(case.vault_id, actor.organisation_id)
    opened = [open_row(key, row) for row in await queries.parts_of(actor, case_id)]
    return [each for each in opened if isinstance(each.part, PhotographPart)]


async def photographs_of_patient(actor: Actor, patient_id: UUID) -> list[OpenedPart]:
    """Every ready photograph of the patient in cases that the actor may see, oldest first by when it was taken."""
    authorize(actor, Action.CASE_READ)
    rows = await queries.ready_photographs(actor, patient_id)
    if not rows:
        return []
    keys = {vault_id: await vault.key(vault_id, actor.organisation_id) for vault_id in {row.vault_id for row in rows}}
    return [open_row(keys[row.vault_id], row) for row in rows]

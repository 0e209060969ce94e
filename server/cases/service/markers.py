"""Cheap marks that change whenever what a page shows has changed."""

from uuid import UUID

from server.cases import queries
from server.cases.queue import claimed_rows, waiting_page
from server.cases.service.pools import completeness_of
from server.cases.service.routing import pools_of
from server.cases.tables import CasePart
from server.core.access import Action, Actor, authorize


async def queue_marker(actor: Actor) -> str:
    """Changes with the first page of the actor's queue, with what they are reading, and with what has come of each."""
    authorize(actor, Action.QUEUE_READ)
    page = await waiting_page(actor, await pools_of(actor.actor_id))
    rows = (*await claimed_rows(actor), *page.rows)
    counts = await completeness_of(actor, [row.case_id for row in rows])
    return "|".join(f"{row.request_id}:{row.version}:{counts[row.case_id]}" for row in rows)


async def case_marker(actor: Actor, case_id: UUID) -> str:
    """Changes with the case's steps, parts and messages; NotFound when it is not the actor's to see."""
    authorize(actor, Action.CASE_READ)
    case = await queries.get_case(actor, case_id)
    messages = await queries.messages_of(actor, case_id)
    parts = await CasePart.select(CasePart.arrival, CasePart.faces, CasePart.clear_key).where(
        CasePart.case_id == case_id
    )
    arrivals = ",".join(sorted(f"{part['arrival']}{part['faces']}{bool(part['clear_key'])}" for part in parts))
    return f"{case.version}|{case.delivery}|{len(messages)}|{arrivals}"

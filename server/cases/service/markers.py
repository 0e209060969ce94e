"""Cheap marks that change whenever what a page shows has changed."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from server.cases import queries
from server.cases.queue import claimed_rows, waiting_page
from server.cases.service.pools import completeness_of
from server.cases.service.reading import OpenedCase
from server.cases.service.routing import pools_of
from server.cases.tables import Case, CasePart
from server.core.access import Action, Actor, authorize


async def queue_marker(actor: Actor) -> str:
    """Changes with the first page of the actor's queue, with what they are reading, and with what has come of each."""
    authorize(actor, Action.QUEUE_READ)
    page = await waiting_page(actor, await pools_of(actor.actor_id))
    rows = (*await claimed_rows(actor), *page.rows)
    counts = await completeness_of(actor, [row.case_id for row in rows])
    return _digest("|".join(f"{row.request_id}:{row.version}:{counts[row.case_id]}" for row in rows))


async def case_marker(actor: Actor, case_id: UUID) -> str:
    """Changes with the case's steps, parts, previews and messages; NotFound when it is not the actor's to see."""
    authorize(actor, Action.CASE_READ)
    case = await queries.get_case(actor, case_id)
    messages = await queries.messages_of(actor, case_id)
    columns = (CasePart.arrival, CasePart.faces, CasePart.clear_key, CasePart.preview_step)
    parts = await CasePart.select(*columns).where(CasePart.case_id == case_id)
    return _mark(case, len(messages), (tuple(part[column._meta.name] for column in columns) for part in parts))


def marker_of(opened: OpenedCase) -> str:
    """The `case_marker` of a case as it was opened."""
    rows = [each.row for each in opened.parts]
    parts = ((row.arrival, row.faces, row.clear_key, row.preview_step) for row in rows)
    return _mark(opened.case, len(opened.messages), parts)


def _mark(case: Case, messages: int, parts: Iterable[tuple[str, ...]]) -> str:
    come = sorted(f"{arrival}{faces}{bool(clear_key)}{preview}" for arrival, faces, clear_key, preview in parts)
    return _digest(f"{case.version}|{case.delivery}|{messages}|{','.join(come)}")


def _digest(mark: str) -> str:
    return hashlib.sha256(mark.encode()).hexdigest()[:16]

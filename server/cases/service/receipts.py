"""The receipt as it stands now: which of the case's media the server holds, which it waits for, which it refused."""

from collections.abc import Iterable
from uuid import UUID

from server.cases import queries
from server.cases.service.steps import open_part
from server.cases.tables import Arrival, Case
from server.contract.case import Part, media_of
from server.contract.receipt import Receipt
from server.core import vault
from server.core.access import Action, Actor, authorize
from server.intake import service as intake


async def receipt_of(actor: Actor, case_id: UUID) -> Receipt:
    """A fresh signed receipt of the case; *sent* is when nothing is absent."""
    authorize(actor, Action.CASE_SUBMIT)
    case = await queries.get_case(actor, case_id)
    queries.require_given(actor, case)
    key = await vault.key(case.vault_id, actor.organisation_id)
    rows = await queries.parts_of(actor, case_id)
    return make_receipt(case, [(open_part(key, row), row.arrival) for row in rows])


def make_receipt(case: Case, parts: Iterable[tuple[Part, str]]) -> Receipt:
    """The signed receipt of a case whose parts have so come; its signature covers the moment as well."""
    digests: dict[str, list[str]] = {"held": [], "absent": [], "refused": []}
    for part, arrival in parts:
        if media := media_of(part):
            digests[_column(arrival)].append(media.sha256)
    return intake.issue_receipt(
        case_id=case.id,
        submission_sha256=case.submission_sha256,
        received_at=case.received_at,
        held=tuple(digests["held"]),
        absent=tuple(digests["absent"]),
        refused=tuple(digests["refused"]),
    )


def _column(arrival: str) -> str:
    if arrival in {Arrival.HELD, Arrival.READY}:
        return "held"
    return "refused" if arrival == Arrival.REFUSED else "absent"

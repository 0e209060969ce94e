"""How a case ends and begins again: withdrawn, closed, reopened with a new request beside the old answer."""

from uuid import UUID

from server.cases import queries
from server.cases.lifecycle import OPEN, Event
from server.cases.service.deadlines import stop_clocks
from server.cases.service.messages import send_message
from server.cases.service.photo_requests import end_photo_requests
from server.cases.service.routing import open_request
from server.cases.service.steps import take_step
from server.cases.tables import Case, RequestState, ReviewRequest
from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import transaction


async def reopen_case(
    actor: Actor,
    case_id: UUID,
    reason: str,
    *,
    kind: str = "reopened",
    message: str = "",
    form_key: str | None = None,
) -> Case:
    """Ask again on an answered or closed case, with a message that says what: a new request beside the old answer.

    `reason` and `kind` are codes; a second opinion is a request of kind `second`.
    """
    authorize(actor, Action.CASE_REOPEN)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        if message:
            await send_message(actor, case_id, message, form_key=form_key)
        await take_step(
            actor, case, Event.REOPEN, reason=reason, tag="case:reopened", changes={Case.closed_because: ""}
        )
        await open_request(system_actor(case.organisation_id), case, kind=kind)
        return case


async def withdraw_case(actor: Actor, case_id: UUID, reason: str = "by-patient") -> Case:
    """The patient's side takes the case back; what was sent stays in the record."""
    authorize(actor, Action.CASE_WITHDRAW)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        queries.require_given(actor, case)
        await take_step(actor, case, Event.WITHDRAW, reason=reason, tag="case:withdrawn")
        await end_requests(case)
        await end_photo_requests(case)
        return case


async def withdraw_erased(organisation_id: UUID, patient_id: UUID) -> None:
    """End what is still open of a patient whose record was erased: nobody can read it any more. Safe to run twice."""
    actor = system_actor(organisation_id)
    for each in await queries.cases_of_patient(actor, patient_id):
        async with transaction():
            case = await queries.hold_case(actor, each.id)
            if case.status in OPEN:
                await take_step(actor, case, Event.WITHDRAW, reason="record-erased", tag="case:withdrawn")
                await end_requests(case)
                await end_photo_requests(case)


async def close_case(actor: Actor, case_id: UUID, reason: str = "done") -> Case:
    """An answered case needs nothing more."""
    authorize(actor, Action.CASE_CLOSE)
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        closed = {Case.closed_because: reason}
        await take_step(actor, case, Event.CLOSE, reason=reason, tag="case:closed", changes=closed)
        return case


async def end_requests(case: Case) -> None:
    """End whatever still waits for an answer of the case."""
    ended = (
        await ReviewRequest.update({ReviewRequest.state: RequestState.ENDED})
        .where(ReviewRequest.case_id == case.id)
        .where(ReviewRequest.state.is_in([RequestState.WAITING, RequestState.CLAIMED]))
        .returning(ReviewRequest.id)
    )
    if ended:
        await stop_clocks([row["id"] for row in ended])

"""What an answer does to its case: the reports slice signs, voids, amends and releases through these verbs."""

from uuid import UUID

from server.cases import queries
from server.cases.lifecycle import Event
from server.cases.service.deadlines import resume_clock, start_clock, stop_clocks
from server.cases.service.photo_requests import end_photo_requests
from server.cases.service.reviewing import require_claim, require_licence
from server.cases.service.steps import take_step
from server.cases.tables import Case, Delivery, RequestState, ReviewRequest
from server.core.access import Actor, system_actor
from server.core.db import transaction
from server.core.notices.queries import newest_state
from server.core.notices.tables import NoticeState
from server.core.platform import now

ANSWER_NOTICE = "answer-ready"


async def record_answer(actor: Actor, case_id: UUID, version: int) -> tuple[Case, ReviewRequest]:
    """The reader has signed: the case is answered and its request, which is answered too, done.

    A licence may have run out between claiming and signing.
    """
    async with transaction():
        case, request = await require_claim(actor, case_id)
        await require_licence(actor, case)
        pending = {Case.delivery: Delivery.PENDING}
        await take_step(actor, case, Event.ANSWER, tag="case:answered", version=version, changes=pending)
        await resume_clock(actor, case)
        await stop_clocks([request.id])
        await end_photo_requests(case)
        await ReviewRequest.update(
            {ReviewRequest.state: RequestState.ANSWERED, ReviewRequest.answered_at: now()}
        ).where(ReviewRequest.id == request.id)
        return case, request


async def undo_answer(actor: Actor, case_id: UUID, request_id: UUID) -> Case:
    """The reader takes an unreleased answer back: the case is in review again, by the same reader."""
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        none = {Case.delivery: Delivery.NONE}
        await take_step(actor, case, Event.VOID_ANSWER, tag="case:answer-voided", changes=none)
        await ReviewRequest.update(
            {
                ReviewRequest.state: RequestState.CLAIMED,
                ReviewRequest.answered_at: None,
                ReviewRequest.active_at: now(),
            }
        ).where(ReviewRequest.id == request_id)
        await start_clock(case.organisation_id, request_id)
        return case


async def record_amendment(actor: Actor, case_id: UUID) -> Case:
    """A later version of the answer stands beside the first; its delivery begins anew."""
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        pending = {Case.delivery: Delivery.PENDING}
        await take_step(actor, case, Event.AMEND, tag="case:answer-amended", changes=pending)
        return case


async def follow_notice(organisation_id: UUID, case_id: UUID) -> None:
    """The notice of an answer has left, or reached nobody: the case says so, unless it was read meanwhile."""
    state = await newest_state(organisation_id, case_id, ANSWER_NOTICE)
    if state is None or state is NoticeState.WAITING:
        return
    delivery = Delivery.NOTIFIED if state is NoticeState.SENT else Delivery.FAILED
    await (
        Case.update({Case.delivery: delivery})
        .where(Case.id == case_id, Case.organisation_id == organisation_id)
        .where(Case.delivery.is_in([Delivery.PENDING, Delivery.NOTIFIED, Delivery.FAILED]))
    )


async def note_delivery(organisation_id: UUID, case_id: UUID, delivery: Delivery) -> None:
    """The answer's way back has got so far; the clinical status is another leg and stays."""
    case = await queries.get_case(system_actor(organisation_id), case_id)
    await Case.update({Case.delivery: delivery}).where(Case.id == case.id)

"""Every select on case rows; each takes the actor and reaches only what the actor may see."""

from collections.abc import Sequence
from uuid import UUID

from server.cases.tables import (
    Case,
    CaseEvent,
    CaseMessage,
    CasePart,
    PhotoAnnotation,
    PhotoRequest,
    RequestState,
    ReviewRequest,
)
from server.core.access import Actor, ActorKind
from server.core.db import scoped
from server.core.faults import Forbidden, NotFound


class OpenForReadingOnly(Forbidden):
    code = "open-for-reading-only"
    title = "In an emergency a case is open for reading only"
    next_step = "Call the clinic that keeps the record if something must be changed."


async def get_case(actor: Actor, case_id: UUID) -> Case:
    """The case, or NotFound when there is none that the actor may see."""
    case = await find_case(actor, case_id)
    if case is None:
        raise NotFound("There is no such case.")
    return case


def require_given(actor: Actor, case: Case) -> None:
    """NotFound unless the actor is of those who gave the case: its clinic, or the patient's side.

    Readers of another organisation see the case; they neither add to it, nor withdraw it, nor hold its receipt.
    """
    if actor.kind is ActorKind.PERSON and not actor.is_patient and case.organisation_id != actor.organisation_id:
        raise NotFound("There is no such case.")


async def hold_case(actor: Actor, case_id: UUID) -> Case:
    """The case, with its row locked until the transaction ends: who changes parts or requests sees them all.

    Without it two photographs that are prepared at once would each see the other as not ready.
    An update that changes nothing locks on both databases; NotFound as `get_case`. Whoever opened the case in an
    emergency reads it and cannot hold it: OpenForReadingOnly.
    """
    unchanged = scoped(actor, Case).update({Case.version: Case.version + 0})
    held = await unchanged.where(Case.id == case_id).returning(Case.id)
    case = await get_case(actor, case_id)
    if not held:
        raise OpenForReadingOnly
    return case


async def find_case(actor: Actor, case_id: UUID) -> Case | None:
    return await scoped(actor, Case).objects().where(Case.id == case_id).first()


async def get_part(actor: Actor, part_id: UUID) -> CasePart:
    part = await scoped(actor, CasePart).objects().where(CasePart.id == part_id).first()
    if part is None:
        raise NotFound("There is no such part of a case.")
    return part


async def parts_of(actor: Actor, case_id: UUID) -> list[CasePart]:
    return await scoped(actor, CasePart).objects().where(CasePart.case_id == case_id).order_by(CasePart.position)


async def ready_photographs(actor: Actor, patient_id: UUID) -> list[CasePart]:
    """The patient's photographs that can be looked at, in any case that the actor may see, oldest first."""
    rows = scoped(actor, CasePart).objects().where(CasePart.patient_id == patient_id)
    rows = rows.where(CasePart.kind == "photograph").where(CasePart.arrival == "ready")
    rows = rows.where(CasePart.is_entered_in_error.eq(False))
    return await rows.order_by(CasePart.happened_at, CasePart.id)


async def parts_of_cases(actor: Actor, case_ids: Sequence[UUID]) -> list[CasePart]:
    if not case_ids:
        return []
    return await scoped(actor, CasePart).objects().where(CasePart.case_id.is_in(list(case_ids)))


async def events_of(actor: Actor, case_id: UUID) -> list[CaseEvent]:
    return await scoped(actor, CaseEvent).objects().where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)


async def messages_of(actor: Actor, case_id: UUID) -> list[CaseMessage]:
    return await scoped(actor, CaseMessage).objects().where(CaseMessage.case_id == case_id).order_by(CaseMessage.id)


async def photo_requests_of(actor: Actor, case_id: UUID) -> list[PhotoRequest]:
    """Those that wait for a photograph or have got one, oldest first."""
    rows = scoped(actor, PhotoRequest).objects().where(PhotoRequest.case_id == case_id)
    return await rows.where(PhotoRequest.ended_at.is_null()).order_by(PhotoRequest.id)


async def annotations_of_case(actor: Actor, case_id: UUID) -> list[PhotoAnnotation]:
    rows = scoped(actor, PhotoAnnotation).objects().where(PhotoAnnotation.case_id == case_id)
    return await rows.order_by(PhotoAnnotation.id)


async def annotations_of_part(actor: Actor, part_id: UUID) -> list[PhotoAnnotation]:
    """Every version, the earlier before the later."""
    rows = scoped(actor, PhotoAnnotation).objects().where(PhotoAnnotation.part_id == part_id)
    return await rows.order_by(PhotoAnnotation.version)


async def unsupplied_requests(actor: Actor, case_id: UUID) -> list[PhotoRequest]:
    return [row for row in await photo_requests_of(actor, case_id) if row.supplied_part_id is None]


async def requests_of(actor: Actor, case_id: UUID) -> list[ReviewRequest]:
    rows = scoped(actor, ReviewRequest).objects().where(ReviewRequest.case_id == case_id)
    return await rows.order_by(ReviewRequest.id)


async def current_request(actor: Actor, case_id: UUID) -> ReviewRequest | None:
    """The newest request that still waits for an answer, which the case's status follows."""
    live = ReviewRequest.state.is_in([RequestState.WAITING, RequestState.CLAIMED])
    rows = scoped(actor, ReviewRequest).objects().where(ReviewRequest.case_id == case_id).where(live)
    return await rows.order_by(ReviewRequest.id, ascending=False).first()


async def cases_of_patient(actor: Actor, patient_id: UUID) -> list[Case]:
    rows = scoped(actor, Case).objects().where(Case.patient_id == patient_id)
    return await rows.order_by(Case.received_at, ascending=False)

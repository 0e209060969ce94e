"""Who reads a case, and how soon: claim, release, reassign, escalate; and giving back what a silent reader holds."""

from datetime import timedelta
from uuid import UUID

from server.cases import queries
from server.cases.lifecycle import Event, Status
from server.cases.service.deadlines import hasten, resume_clock
from server.cases.service.routing import agreed_pool, let_pool_read, licensed_members, pools_of, stop_pool_reading
from server.cases.service.steps import take_step, write_event
from server.cases.tables import Acuity, Case, RequestState, ReviewRequest
from server.core import audit
from server.core.access import Action, Actor, Role, authorize, system_actor
from server.core.db import scoped, transaction
from server.core.faults import BadInput, Conflict, Forbidden, NotFound
from server.core.platform import now
from server.identity import service as identity

SILENT_AFTER = timedelta(minutes=60)
"""A claimed request whose reader did nothing for so long goes back to the queue. An operational default."""

MAX_REASON_CHARACTERS = 200


class CaseAlreadyClaimed(Conflict):
    code = "case-already-claimed"
    title = "Someone else is already reading this case"
    next_step = "Take the next one in your queue."


class NotLicensedHere(Forbidden):
    code = "not-licensed-here"
    title = "You hold no licence for where this patient is"
    next_step = "Give the case back to the queue; whoever keeps your licences can renew them."


class NotYourClaim(Forbidden):
    code = "not-your-claim"
    title = "You are not the reader of this case"
    next_step = "Claim it first, or leave it to its reader."


async def claim_case(actor: Actor, case_id: UUID, version: int | None = None) -> Case:
    """Take the case for review; exactly one of several wins, and claiming one's own again changes nothing."""
    authorize(actor, Action.CASE_CLAIM)
    async with transaction():
        case, request = await _open(actor, case_id)
        if request.claimed_by == actor.actor_id:
            return case
        if request.claimed_by is not None:
            raise CaseAlreadyClaimed
        if request.pool_id not in await pools_of(actor.actor_id):
            raise Forbidden("This case waits in a pool you are not a member of.")
        await require_licence(actor, case)
        await take_step(actor, case, Event.CLAIM, tag="case:claimed", version=version)
        await _hold(request, actor.actor_id)
        return case


async def release_case(actor: Actor, case_id: UUID, reason: str = "released") -> Case:
    """Give a claimed case back to its pool; its deadline stands where it was."""
    authorize(actor, Action.CASE_RELEASE)
    async with transaction():
        case, request = await _open(actor, case_id)
        if not actor.has(Role.COORDINATOR):
            _require_claim(actor, request)
        await _give_back(actor, case, request, reason)
        return case


async def reassign_case(actor: Actor, case_id: UUID, pool_id: UUID) -> Case:
    """A coordinator moves the case to another pool, from whoever holds it; its former readers see it no more.

    Only to one that its organisation has an agreement with: NotFound for every other.
    """
    authorize(actor, Action.CASE_REASSIGN)
    async with transaction():
        case, request = await _open(actor, case_id)
        pool = await agreed_pool(case, pool_id)
        if pool is None:
            raise NotFound("There is no such pool.")
        if not await licensed_members(pool.id, case.region):
            raise BadInput("No reader of that pool holds a licence for the patient's place.")
        if case.status != Status.WAITING:
            await _give_back(actor, case, request, "reassigned")
        await ReviewRequest.update({ReviewRequest.pool_id: pool.id}).where(ReviewRequest.id == request.id)
        await stop_pool_reading(case, request.pool_id)
        await let_pool_read(case, pool)
        await write_event(actor, case, "reassign")
        await audit.record(
            actor, "case:reassigned", subject_id=case.id, patient_id=case.patient_id, detail={"pool": str(pool.id)}
        )
        return case


async def escalate_case(actor: Actor, case_id: UUID, acuity: Acuity, reason: str) -> Case:
    """Raise the acuity; the deadline only ever comes nearer. `reason` is what the person wrote, kept sealed."""
    authorize(actor, Action.CASE_ESCALATE)
    if len(reason) > MAX_REASON_CHARACTERS:
        raise BadInput("A reason has at most {most} characters.", most=MAX_REASON_CHARACTERS)
    order = list(Acuity)
    async with transaction():
        case, request = await _open(actor, case_id)
        if order.index(acuity) >= order.index(Acuity(case.acuity)):
            raise BadInput("The case is already that urgent or more; escalation only raises it.")
        await take_step(actor, case, Event.ESCALATE, words=reason, tag="case:escalated", changes={Case.acuity: acuity})
        due_at = await hasten(request, acuity)
        await ReviewRequest.update({ReviewRequest.acuity: acuity, ReviewRequest.due_at: due_at}).where(
            ReviewRequest.id == request.id
        )
        case.acuity = acuity
        return case


async def note_activity(actor: Actor, case_id: UUID) -> None:
    """The reader is at work: autosaved drafts and opened photographs keep the claim alive."""
    await (
        ReviewRequest.update({ReviewRequest.active_at: now()})
        .where(ReviewRequest.case_id == case_id)
        .where(ReviewRequest.claimed_by == actor.actor_id)
        .where(ReviewRequest.state == RequestState.CLAIMED)
    )


async def release_silent(organisation_id: UUID) -> int:
    """Give back every claim of the organisation's cases whose reader has gone silent; answers how many."""
    actor = system_actor(organisation_id)
    silent = (
        await scoped(actor, ReviewRequest)
        .select(ReviewRequest.case_id)
        .where(ReviewRequest.state == RequestState.CLAIMED)
        .where(ReviewRequest.paused_at.is_null())
        .where(ReviewRequest.active_at < now() - SILENT_AFTER)
    )
    return sum([await _release_if_silent(actor, row["case_id"]) for row in silent])


async def _release_if_silent(actor: Actor, case_id: UUID) -> bool:
    """Looks again with the case held: its reader may have come back, or the case have moved on."""
    async with transaction():
        case = await queries.hold_case(actor, case_id)
        request = await queries.current_request(actor, case_id)
        if request is None or not _is_silent(request):
            return False
        await _give_back(actor, case, request, "reader-silent")
        return True


def _is_silent(request: ReviewRequest) -> bool:
    stands = request.paused_at is not None or request.active_at is None
    return not stands and request.active_at < now() - SILENT_AFTER


async def require_claim(actor: Actor, case_id: UUID) -> tuple[Case, ReviewRequest]:
    """The case, held, and its open request, if the actor is its reader; NotYourClaim otherwise."""
    case, request = await _open(actor, case_id)
    _require_claim(actor, request)
    return case, request


async def require_licence(actor: Actor, case: Case) -> None:
    """NotLicensedHere unless the actor may practise today where the patient is."""
    if not await identity.licensed_for([actor.actor_id], case.region, now()):
        raise NotLicensedHere("The patient is in {region}.", region=case.region)


async def _open(actor: Actor, case_id: UUID) -> tuple[Case, ReviewRequest]:
    case = await queries.hold_case(actor, case_id)
    request = await queries.current_request(actor, case_id)
    if request is None:
        raise Conflict("Nobody is asked to answer this case now.")
    return case, request


def _require_claim(actor: Actor, request: ReviewRequest) -> None:
    if request.claimed_by != actor.actor_id:
        raise NotYourClaim


async def _give_back(actor: Actor, case: Case, request: ReviewRequest, reason: str) -> None:
    await take_step(actor, case, Event.RELEASE, reason=reason, tag="case:released")
    await _hold(request, None)
    await resume_clock(system_actor(case.organisation_id), case)


async def _hold(request: ReviewRequest, person_id: UUID | None) -> None:
    at = now() if person_id else None
    await ReviewRequest.update(
        {
            ReviewRequest.claimed_by: person_id,
            ReviewRequest.claimed_at: at,
            ReviewRequest.active_at: at,
            ReviewRequest.state: RequestState.CLAIMED if person_id else RequestState.WAITING,
        }
    ).where(ReviewRequest.id == request.id)

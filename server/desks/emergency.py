"""Emergency access: opening a case one may not see, what one has open, and the review of every opening."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.cases import service as cases
from server.core.access import Action, Actor
from server.identity import service as identity
from server.web.catalogue import N_
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]
PAGE, REVIEWS = "/emergency", "/emergency/reviews"
OUTCOME = {
    "justified": ("good", N_("Justified")),
    "unjustified": ("danger", N_("Not justified")),
    "unclear": ("warning", N_("Still unclear")),
}


class OpenForm(msgspec.Struct, kw_only=True):
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    reason: Annotated[
        str, msgspec.Meta(min_length=cases.LEAST_REASON_CHARACTERS, max_length=cases.MOST_REASON_CHARACTERS)
    ]
    minutes: cases.Minutes


class ReviewForm(msgspec.Struct, kw_only=True):
    outcome: cases.ReviewOutcome
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


@get(PAGE, opt={"action": Action.EMERGENCY_OPEN})
async def emergency_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """Asks for the second factor before anything is typed, so that the reason is not written twice."""
    identity.require_recent_second_factor(actor, within_s=cases.SECOND_FACTOR_WITHIN_S)
    return await _show(request, actor, blank_form({"minutes": "60"}))


async def _show(request: PageRequest, actor: Actor, form: Form[Any], *, status: int = 200) -> Response[Any]:
    return render(request, "desks/emergency.html", status=status, form=form, openings=await cases.own_openings(actor))


@post(PAGE, opt={"action": Action.EMERGENCY_OPEN}, status_code=303)
async def open_case(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, OpenForm)
    if form.value is None:
        return await _show(request, actor, form, status=422)
    wanted = form.value
    try:
        case_id = await cases.open_in_emergency(actor, wanted.reference, wanted.reason, wanted.minutes)
    except cases.NothingToOpen as fault:
        form.refuse("reference", f"{_(fault.title)}. {_(fault.next_step)}")
        return await _show(request, actor, form, status=422)
    return see_other(request, f"/queue/cases/{case_id}")


@post(f"{PAGE}/{{opening_id:uuid}}/end", opt={"action": Action.EMERGENCY_OPEN}, status_code=303)
async def end(request: PageRequest, actor: NamedDependency[Actor], opening_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await cases.end_emergency(actor, opening_id)
    return see_other(request, PAGE, flash=_("Emergency access is over. You cannot see the case any more."))


@get(REVIEWS, opt={"action": Action.EMERGENCY_REVIEW})
async def reviews_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return await _show_reviews(request, actor)


async def _show_reviews(
    request: PageRequest,
    actor: Actor,
    *,
    refused: UUID | None = None,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response[Any]:
    """`form` is the one that was refused, of the opening `refused`."""
    openings = await cases.list_openings(actor)
    people = {card.person_id for card in openings} | {card.reviewed_by for card in openings if card.reviewed_by}
    return render(
        request,
        "desks/emergency_reviews.html",
        status=status,
        openings=openings,
        names=await identity.person_names(people),
        organisations={card.organisation_id: card.name for card in await identity.organisations()},
        forms_of={card.opening_id: form if form and card.opening_id == refused else blank_form() for card in openings},
        outcomes=OUTCOME,
    )


@post(f"{REVIEWS}/{{opening_id:uuid}}", opt={"action": Action.EMERGENCY_REVIEW}, status_code=303)
async def review(request: PageRequest, actor: NamedDependency[Actor], opening_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, ReviewForm)
    if form.value is None:
        return await _show_reviews(request, actor, refused=opening_id, form=form, status=422)
    await cases.review_opening(actor, opening_id, form.value.outcome, form.value.note)
    return see_other(request, REVIEWS, flash=_("Written down. It cannot be changed any more."))


HANDLERS = (emergency_page, open_case, end, reviews_page, review)

"""The page of one site over time: two visits laid over each other, the outline to correct, and measures by visit."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.core.access import Action, Actor, permits
from server.desks.corners import read_corners, write_corners
from server.desks.site_chart import BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH, chart_of
from server.desks.site_wording import DECLINED, MEASURES, OTHERWISE
from server.followup import service as followup
from server.identity import service as identity
from server.web.forms import read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]


class OutlineForm(msgspec.Struct, kw_only=True):
    """`version` is the outline that was corrected; 0 the one that was proposed."""

    corners: Annotated[str, msgspec.Meta(max_length=20_000)]
    version: int


@get("/queue/cases/{case_id:uuid}/site/{part_id:uuid}", opt={"action": Action.QUEUE_READ})
async def site_page(
    request: PageRequest,
    actor: NamedDependency[Actor],
    case_id: FromPath[UUID],
    part_id: FromPath[UUID],
) -> Response[str]:
    """`?with=` names the earlier visit; without it, the last before this one."""
    return await _show(request, actor, case_id, part_id)


@post("/queue/cases/{case_id:uuid}/site/{part_id:uuid}/outline", opt={"action": Action.OUTLINE_DRAW}, status_code=303)
async def draw(
    request: PageRequest,
    actor: NamedDependency[Actor],
    case_id: FromPath[UUID],
    part_id: FromPath[UUID],
) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, OutlineForm)
    corners = read_corners(form.value.corners) if form.value else None
    if form.value is None or corners is None:
        return await _show(request, actor, case_id, part_id, refused=True)
    await followup.draw_outline(actor, case_id, part_id, corners, form.value.version)
    return see_other(
        request,
        f"/queue/cases/{case_id}/site/{part_id}",
        flash=_("The outline is kept. It is measured again; look again in a minute."),
    )


async def _show(
    request: PageRequest, actor: Actor, case_id: UUID, part_id: UUID, *, refused: bool = False
) -> Response[str]:
    site = await followup.open_site(actor, case_id, part_id, _earlier_of(request))
    corners = await followup.drawn_corners(actor, part_id)
    proposed = site.pair.later.points if site.pair else ()
    authors = {visit.outline_author_id for visit in site.visits if visit.outline_author_id}
    return render(
        request,
        "desks/site.html",
        status=422 if refused else 200,
        case_id=case_id,
        site=site,
        corners=write_corners(corners or proposed),
        may_draw=permits(actor, Action.OUTLINE_DRAW),
        refused=refused,
        chart=chart_of(site.visits),
        frame={"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "foot": HEIGHT - BOTTOM},
        declined=_declined,
        measures=MEASURES,
        names=await identity.person_names(authors),
    )


def _declined(code: str) -> str:
    return DECLINED.get(code, OTHERWISE)


def _earlier_of(request: PageRequest) -> UUID | None:
    try:
        return UUID(request.query_params.get("with", ""))
    except ValueError:
        return None

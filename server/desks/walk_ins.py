"""The board of the walk-in queue: for each group of specialists who waits, the more urgent first."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.calls import service as calls
from server.calls.schemas import WalkIn
from server.cases import service as cases
from server.core.access import Action, Actor, Role
from server.core.platform import now
from server.desks.call_wording import CALL_STATUS
from server.desks.wording import ACUITY
from server.patients import service as patients
from server.web.catalogue import N_
from server.web.forms import Nothing, read_form
from server.web.layout import gettext_for, render, see_other

PageRequest = Request[Any, Any, Any]
NO_GROUP = N_("For one specialist")


@get("/walk-ins", opt={"action": Action.WALK_INS_READ})
async def board_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[str]:
    seen, rows = await calls.walk_ins_marker(actor), await calls.walk_ins(actor)
    pools = await cases.pools_named({row.pool_id for row in rows if row.pool_id})
    groups: dict[str, list[WalkIn]] = {}
    for row in rows:
        pool = pools.get(row.pool_id) if row.pool_id else None
        groups.setdefault(pool.name if pool else NO_GROUP, []).append(row)
    return render(
        request,
        "desks/walk_ins.html",
        seen=seen,
        groups=groups,
        no_group=NO_GROUP,
        names=await patients.names_of(actor, [row.patient_id for row in rows]),
        may_take=actor.has(Role.SPECIALIST),
        may_cancel=actor.has(Role.COORDINATOR, Role.CLINIC_WORKER),
        case_path="/queue/cases/" if actor.has(Role.SPECIALIST, Role.COORDINATOR) else "/cases/",
        acuity_words=ACUITY,
        call_status=CALL_STATUS,
        now=now(),
    )


@post("/walk-ins/{call_id:uuid}/take", opt={"action": Action.CASE_CLAIM}, status_code=303)
async def take(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[Any]:
    """Who is there comes in at once; who waits at home is rung, and the page of the call says so."""
    await read_form(request, Nothing)
    await calls.take(actor, call_id)
    return see_other(request, f"/calls/{call_id}")


@post("/walk-ins/{call_id:uuid}/cancel", opt={"action": Action.WALK_INS_READ}, status_code=303)
async def take_out(request: PageRequest, actor: NamedDependency[Actor], call_id: FromPath[UUID]) -> Response[Any]:
    """Somebody has gone home, or was seen: the board's people take them out of the line."""
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await calls.cancel(actor, call_id)
    return see_other(request, "/walk-ins", flash=_("Taken out of the line. The case stays as it is."))


HANDLERS = (board_page, take, take_out)

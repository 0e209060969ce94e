"""The auditor's page: the organisation's log, newest first, by kind of event and by person."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from server.core.access import Action, Actor
from server.core.audit.queries import PAGE_EVENTS, TrailFilter, list_trail
from server.desks.audit_wording import AUDITED, KIND
from server.identity import service as identity
from server.patients.wording import ACTOR_KIND, PURPOSE
from server.web.layout import render

PageRequest = Request[Any, Any, Any]
Tag = Annotated[str, QueryParameter(pattern="^[a-z:-]*$", max_length=64)]
Sequence = Annotated[int | None, QueryParameter(ge=0, le=2**63 - 1)]


@get("/audit", opt={"action": Action.AUDIT_READ})
async def audit_page(
    request: PageRequest,
    actor: NamedDependency[Actor],
    tag: Tag = "",
    person: FromQuery[UUID | None] = None,
    before: Sequence = None,
) -> Response[str]:
    """Reading the log is itself recorded in it."""
    events = await list_trail(actor, TrailFilter(tag=tag, actor_id=person), before=before)
    chosen = {"tag": tag} | ({"person": str(person)} if person else {})
    older = urlencode({**chosen, "before": events[-1].sequence}) if len(events) == PAGE_EVENTS else ""
    return render(
        request,
        "desks/audit.html",
        events=events,
        names=await identity.person_names({event.actor_id for event in events}),
        kinds=KIND,
        words={"tag": AUDITED, "purpose": PURPOSE, "actor": ACTOR_KIND},
        tag=tag,
        older_href=f"/audit?{older}" if older else None,
        newer_href=f"/audit?{urlencode(chosen)}" if before else None,
        organisation_id=actor.organisation_id,
    )


HANDLERS = (audit_page,)

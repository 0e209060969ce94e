"""The JSON interface of signing in, for the phone's app."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from server.contract.wire import Wire
from server.core.access import Action, Actor
from server.identity import service
from server.identity.authentication import client_of, session_of
from server.identity.cookies import asked_of, forget_session, keep_asked, keep_session
from server.identity.schemas import CodeAsked, Me, OrganisationRef
from server.web.connection import PageRequest
from server.web.layout import web_of

PUBLIC = {"action": Action.PUBLIC}


class AskForCode(Wire, frozen=True, kw_only=True):
    contact: str


class RedeemCode(Wire, frozen=True, kw_only=True):
    """`asked` is what `/api/sign-in/code` answered; a browser that kept its cookie may leave it out."""

    code: str
    asked: str = ""


@get("/api/me", opt={"action": Action.SELF})
async def get_me(request: PageRequest, actor: NamedDependency[Actor]) -> Me:
    place = await service.organisation(actor.organisation_id)
    return Me(
        person_id=actor.actor_id,
        name=await service.person_name(actor.actor_id),
        organisation=OrganisationRef(organisation_id=place.organisation_id, name=place.name),
        roles=tuple(sorted(actor.roles)),
        language=actor.language,
        zone=actor.zone,
        csrf_token=web_of(request).csrf.token(request),
    )


@post("/api/sign-in/code", opt=PUBLIC, status_code=202)
async def ask_for_code(request: PageRequest, data: JSONBody[AskForCode]) -> Response[CodeAsked]:
    """The same answer for every contact; the code comes if the contact is a patient's."""
    asked = await service.ask_for_code(data.contact, client_of(request))
    response = Response(CodeAsked(asked=asked.token, expires_at=asked.expires_at), status_code=202)
    keep_asked(response, asked)
    return response


@post("/api/sign-in/redeem", opt=PUBLIC, status_code=204)
async def redeem_code(request: PageRequest, data: JSONBody[RedeemCode]) -> Response[None]:
    """The session comes as a cookie; `GET /api/me` then tells who signed in."""
    asked = data.asked or asked_of(request).token
    session = await service.redeem_code(asked, data.code, client_of(request))
    response = Response(None, status_code=204)
    keep_session(response, session)
    return response


@post("/api/sign-out", opt=PUBLIC, status_code=204)
async def sign_out(request: PageRequest) -> Response[None]:
    session = session_of(request)
    if session is not None:
        await service.end_session(session)
    response = Response(None, status_code=204)
    forget_session(response)
    return response


HANDLERS: tuple[Any, ...] = (get_me, ask_for_code, redeem_code, sign_out)

"""What the passkey island asks: options of a ceremony, and taking its result."""

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from server.contract.wire import Wire
from server.core.access import Action, Actor
from server.identity import service
from server.identity.authentication import client_of, session_of
from server.identity.cookies import keep_session
from server.identity.pages.telling import back_of
from server.identity.schemas import LiveSession, NewSession
from server.web.connection import PageRequest

PUBLIC = {"action": Action.PUBLIC}
SELF = {"action": Action.SELF}


class SignInWanted(Wire, frozen=True, kw_only=True):
    email: Annotated[str, msgspec.Meta(max_length=320)] = ""


class Ceremony(Wire, frozen=True, kw_only=True):
    """`credential` as PublicKeyCredential.toJSON() gives it; `back` is where to go then."""

    credential: dict[str, Any]
    label: Annotated[str, msgspec.Meta(max_length=200)] = ""
    back: str = "/"


class Onward(Wire, frozen=True, kw_only=True):
    """Where the page goes now."""

    location: str


@post("/api/passkeys/sign-in/options", opt=PUBLIC, status_code=200)
async def sign_in_options(request: PageRequest, data: JSONBody[SignInWanted]) -> Response[str]:
    return _options(await service.sign_in_options(data.email, client_of(request)))


@post("/api/passkeys/sign-in", opt=PUBLIC, status_code=200)
async def sign_in(request: PageRequest, data: JSONBody[Ceremony]) -> Response[Onward]:
    session = await service.sign_in_with_passkey(data.credential, client_of(request))
    return _onward(back_of(data.back), session)


@post("/api/passkeys/enrol/options", opt=PUBLIC, status_code=200)
async def enrolment_options(request: PageRequest) -> Response[str]:
    return _options(await service.enrolment_passkey_options(_enrolling(request)))


@post("/api/passkeys/enrol", opt=PUBLIC, status_code=200)
async def enrol(request: PageRequest, data: JSONBody[Ceremony]) -> Response[Onward]:
    client = client_of(request)
    session = await service.enrol_with_passkey(_enrolling(request), data.credential, data.label or client.agent, client)
    return _onward("/account/recovery-codes", session)


@post("/api/passkeys/options", opt=SELF, status_code=200)
async def registration_options(actor: NamedDependency[Actor]) -> Response[str]:
    return _options(await service.own_passkey_options(actor))


@post("/api/passkeys", opt=SELF, status_code=200)
async def register(request: PageRequest, actor: NamedDependency[Actor], data: JSONBody[Ceremony]) -> Response[Onward]:
    await service.add_own_passkey(actor, data.credential, data.label or client_of(request).agent)
    return Response(Onward(location="/account"), status_code=200)


@post("/api/passkeys/step-up/options", opt=SELF, status_code=200)
async def step_up_options(actor: NamedDependency[Actor]) -> Response[str]:
    return _options(await service.step_up_options(actor))


@post("/api/passkeys/step-up", opt=SELF, status_code=200)
async def step_up(actor: NamedDependency[Actor], data: JSONBody[Ceremony]) -> Response[Onward]:
    session = await service.prove_with_passkey(actor, data.credential)
    return _onward(back_of(data.back), session)


def _options(json: str) -> Response[str]:
    return Response(json, status_code=200, media_type="application/json")


def _onward(location: str, session: NewSession) -> Response[Onward]:
    response = Response(Onward(location=location), status_code=200)
    keep_session(response, session)
    return response


def _enrolling(request: PageRequest) -> LiveSession:
    return service.enrolling(session_of(request))


HANDLERS: tuple[Any, ...] = (
    sign_in_options,
    sign_in,
    enrolment_options,
    enrol,
    registration_options,
    register,
    step_up_options,
    step_up,
)

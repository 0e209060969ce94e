"""What kiosks ask for: claims and tokens before they are known; heartbeats, log bundles and places of workers after."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from server.contract.fleet import (
    ASSERTION_TYPE,
    CLAIMS_PATH,
    COMMAND_HEADER,
    GRANT_TYPE,
    HEARTBEAT_PATH,
    LOGS_PATH,
    MAX_LOG_BYTES,
    PLACES_PATH,
    TOKEN_PATH,
    AccessToken,
    ClaimAnswer,
    Heartbeat,
    HeartbeatAnswer,
    KioskClaim,
    LogsKept,
    PlaceAnswer,
    PlaceAsked,
    PlaceWanted,
)
from server.core.access import Action, Actor
from server.core.access.guard import FOR_DEVICES
from server.core.faults import BadInput
from server.fleet import service
from server.identity.authentication import client_of
from server.web.form_data import read_form_data

KioskRequest = Request[Any, Any, Any]
MAX_REPORT_BYTES = 16 * 1024
PUBLIC = {"action": Action.PUBLIC}
REPORTS = {"action": Action.KIOSK_REPORT, FOR_DEVICES: True}
PLACES = {"action": Action.KIOSK_PLACE_ASK, FOR_DEVICES: True}
UNCACHED = {"Cache-Control": "no-store"}


@post(CLAIMS_PATH, opt=PUBLIC, status_code=200, request_max_body_size=MAX_REPORT_BYTES)
async def claim(request: KioskRequest, data: JSONBody[KioskClaim]) -> ClaimAnswer:
    return await service.claim(data, client_of(request).network)


@post(TOKEN_PATH, opt=PUBLIC, status_code=200, request_max_body_size=MAX_REPORT_BYTES)
async def give_token(request: KioskRequest) -> Response[AccessToken]:
    """RFC 6749, 4.4, with the client authentication of RFC 7523, 2.2: a form in, JSON out."""
    form = await read_form_data(request)
    if form.text("grant_type") != GRANT_TYPE or form.text("client_assertion_type") != ASSERTION_TYPE:
        raise BadInput("A token is given for `client_credentials` with a `jwt-bearer` assertion only.")
    return Response(await service.give_token(form.text("client_assertion")), headers=UNCACHED)


@post(HEARTBEAT_PATH, opt=REPORTS, status_code=200, request_max_body_size=MAX_REPORT_BYTES)
async def take_heartbeat(actor: NamedDependency[Actor], data: JSONBody[Heartbeat]) -> HeartbeatAnswer:
    return await service.take_heartbeat(actor, data)


@post(LOGS_PATH, opt=REPORTS, status_code=201, request_max_body_size=MAX_LOG_BYTES)
async def take_logs(request: KioskRequest, actor: NamedDependency[Actor]) -> LogsKept:
    return await service.keep_logs(actor, await request.body(), _command_of(request))


@post(PLACES_PATH, opt=PLACES, status_code=201, request_max_body_size=MAX_REPORT_BYTES)
async def ask_place(actor: NamedDependency[Actor], data: JSONBody[PlaceWanted]) -> Response[PlaceAsked]:
    return Response(await service.ask_place(actor, data), headers=UNCACHED)


@get(f"{PLACES_PATH}/{{worker_place_id:uuid}}", opt=PLACES)
async def look_at_place(actor: NamedDependency[Actor], worker_place_id: FromPath[UUID]) -> Response[PlaceAnswer]:
    return Response(await service.look_at_place(actor, worker_place_id), headers=UNCACHED)


def _command_of(request: KioskRequest) -> UUID | None:
    try:
        return UUID(request.headers[COMMAND_HEADER]) if COMMAND_HEADER in request.headers else None
    except ValueError as error:
        raise BadInput("The header that names the command holds no id.") from error


HANDLERS: tuple[Any, ...] = (claim, give_token, take_heartbeat, take_logs, ask_place, look_at_place)

"""`/api/uploads` in tus 1.0.0, and the public keys under which receipts are signed and to which kiosks seal."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Request, Response, Router, delete, get, head, patch, post, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from server.contract.receipt import SigningKey
from server.contract.registration import REGISTERED_PATH, PatientRegistered
from server.contract.sealed_parts import SEALING_KEYS_PATH, SealingKey
from server.contract.upload import CHECKSUM_ALGORITHMS, TUS_EXTENSIONS, TUS_VERSION, UPLOADS_PATH
from server.core.access import Action, Actor
from server.core.access.guard import FOR_DEVICES
from server.core.faults import BadInput
from server.core.platform import platform
from server.core.sealed import open_body
from server.intake import service
from server.intake.faults import WrongContentType
from server.intake.schemas import Progress
from server.intake.tus.exchange import TusHeaders, require_tus_version
from server.intake.tus.headers import OFFSET_CONTENT_TYPE, http_date, read_first, read_incoming, read_new_upload
from server.settings import Settings

RECEIPT_KEYS_PATH = "/.well-known/careferry-receipt-keys.json"
KEYS_CACHED_S = 3600
REGISTRATION_BYTES = 16 * 1024
UPLOADS = {"action": Action.UPLOAD, FOR_DEVICES: True}

UploadRequest = Request[Any, Any, Any]
Answer = Response[None]


@route(["/", "/{token:str}"], http_method=[HttpMethod.OPTIONS], opt={"action": Action.PUBLIC})
async def describe_server() -> Answer:
    headers = {
        "Tus-Version": TUS_VERSION,
        "Tus-Extension": ",".join(TUS_EXTENSIONS),
        "Tus-Max-Size": str(service.largest_upload()),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUM_ALGORITHMS),
    }
    return _answer(204, headers)


@post("/", opt=UPLOADS, request_max_body_size=None)
async def create(request: UploadRequest, actor: NamedDependency[Actor]) -> Answer:
    new = read_new_upload(request.headers)
    if request.headers.get("content-type") == OFFSET_CONTENT_TYPE:
        created = await service.create_with_bytes(actor, new, read_first(request.headers), request.receive)
    else:
        created = await service.create_upload(actor, new)
    headers = {"Upload-Offset": str(created.received_bytes), "Upload-Expires": http_date(created.expires_at)}
    return _answer(201, {"Location": f"{UPLOADS_PATH}/{created.token}", **headers})


@head("/{token:str}", opt=UPLOADS)
async def show_progress(actor: NamedDependency[Actor], token: FromPath[str]) -> Answer:
    return await _show_progress(actor, token)


@patch("/{token:str}", opt=UPLOADS, request_max_body_size=None)
async def receive(request: UploadRequest, actor: NamedDependency[Actor], token: FromPath[str]) -> Answer:
    return await _receive(request, actor, token)


@delete("/{token:str}", opt=UPLOADS, status_code=204)
async def terminate(actor: NamedDependency[Actor], token: FromPath[str]) -> Answer:
    return await _terminate(actor, token)


@post("/{token:str}", opt=UPLOADS, request_max_body_size=None)
async def override_method(request: UploadRequest, actor: NamedDependency[Actor], token: FromPath[str]) -> Answer:
    """For clients behind middleboxes that let only GET and POST through (tus 1.0.0, X-HTTP-Method-Override)."""
    overridden: dict[str, Callable[[], Awaitable[Answer]]] = {
        "PATCH": lambda: _receive(request, actor, token),
        "HEAD": lambda: _show_progress(actor, token),
        "DELETE": lambda: _terminate(actor, token),
    }
    act = overridden.get(request.headers.get("x-http-method-override", "").upper())
    if act is None:
        raise BadInput("X-HTTP-Method-Override must be PATCH, HEAD or DELETE here.")
    return await act()


@get(RECEIPT_KEYS_PATH, opt={"action": Action.PUBLIC})
async def receipt_keys() -> Response[tuple[SigningKey, ...]]:
    """Every receipt key with its endorsement, so that a device that was long dark can follow from the one it pins."""
    keys = platform().keys.receipts.public()
    return Response(keys, headers={"Cache-Control": f"public, max-age={KEYS_CACHED_S}"})


@get(SEALING_KEYS_PATH, opt={"action": Action.PUBLIC})
async def sealing_keys() -> Response[tuple[SealingKey, ...]]:
    """Every key to which something may be sealed, each vouched for by a receipt key; kiosks take the newest."""
    return Response(platform().keys.sealing.public(), headers={"Cache-Control": f"public, max-age={KEYS_CACHED_S}"})


@post(
    REGISTERED_PATH,
    opt={"action": Action.PATIENT_REGISTER, FOR_DEVICES: True},
    status_code=201,
    request_max_body_size=REGISTRATION_BYTES,
)
async def register_patient(request: UploadRequest, actor: NamedDependency[Actor]) -> PatientRegistered:
    return await service.register_from_kiosk(actor, open_body(request.headers, await request.body()))


async def _receive(request: UploadRequest, actor: Actor, token: str) -> Answer:
    if request.headers.get("content-type") != OFFSET_CONTENT_TYPE:
        raise WrongContentType
    incoming = read_incoming(request.headers)
    progress = await service.receive_bytes(actor, token, incoming, request.receive)
    return _answer(204, _headers_of(progress))


async def _show_progress(actor: Actor, token: str) -> Answer:
    progress = await service.upload_progress(actor, token)
    length = {"Upload-Length": str(progress.length_bytes), "Upload-Metadata": progress.metadata}
    return _answer(200, _headers_of(progress) | length)


async def _terminate(actor: Actor, token: str) -> Answer:
    await service.terminate(actor, token)
    return _answer(204, {})


def _headers_of(progress: Progress) -> dict[str, str]:
    headers = {"Upload-Offset": str(progress.received_bytes)}
    return headers if progress.is_whole else headers | {"Upload-Expires": http_date(progress.expires_at)}


def _answer(status: int, headers: Mapping[str, str]) -> Answer:
    return Response(None, status_code=status, headers=dict(headers))


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    uploads = Router(
        UPLOADS_PATH,
        route_handlers=[describe_server, create, show_progress, receive, terminate, override_method],
        guards=[require_tus_version],
        middleware=[TusHeaders()],
    )
    return [uploads, receipt_keys, sealing_keys, register_patient]

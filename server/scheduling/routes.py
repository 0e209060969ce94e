"""What the SMS gateway hands on: replies of patients."""

import hmac
from typing import Any

from litestar import post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from server.core.access import Action
from server.core.faults import NotFound, SignInRequired
from server.core.notices import Reply
from server.core.platform import platform
from server.scheduling import service
from server.settings import Settings

MAX_REPLY_BYTES = 16 * 1024


async def require_gateway(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard, so that nothing of a stranger's is read; a coroutine for the reason of `require_action`."""
    sms = platform().settings.messages.sms
    if sms is None or not sms.replies_token:
        raise NotFound
    shown = connection.headers.get("authorization", "").encode()
    if not hmac.compare_digest(shown, f"Bearer {sms.replies_token}".encode()):
        raise SignInRequired


@post(
    "/api/sms/replies",
    opt={"action": Action.PUBLIC},
    guards=[require_gateway],
    status_code=204,
    request_max_body_size=MAX_REPLY_BYTES,
)
async def take_reply(data: JSONBody[Reply]) -> None:
    """The contract is in server/core/notices/channels/sms.py."""
    await service.take_reply(data)


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    return [take_reply]

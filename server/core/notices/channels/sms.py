"""SMS through an HTTP gateway.

The contract (an adapter to a provider's own goes in front): `POST <url>` with `{"to", "text"}` and an
`Idempotency-Key` answers 2xx with `{"id"}` and sends one message for any number of such requests;
`GET <url>/<key>` answers 200 with the same if it has taken that key, and 404 if not.

What people reply comes the other way: the gateway sends `POST /api/sms/replies` with `Authorization: Bearer
<replies_token>` and `{"id", "from", "text"}` (`schemas.Reply`; `from` with the country's code), and again with the same
`id` until it is answered 204: it takes effect once. 401 says that the token is wrong, 404 that no replies are taken.
"""

import httpx
import msgspec

from server.core.notices.channels.port import Deferred, Interrupted, Refused
from server.core.notices.gsm import in_gsm
from server.core.notices.schemas import ChannelKind, Message
from server.settings import SmsGateway

OPERATION_S = 15.0
UNUSABLE = {400, 409, 410, 422}
"""What says that this message will never be taken; other refusals are the gateway's state or our settings."""


class Taken(msgspec.Struct, frozen=True):
    id: str


class SmsGatewayChannel:
    kind = ChannelKind.SMS

    def __init__(self, gateway: SmsGateway) -> None:
        self._gateway = gateway

    async def deliver(self, message: Message) -> str:
        async with self._client() as client:
            try:
                response = await client.post(
                    self._gateway.url,
                    json={"to": message.address, "text": in_gsm(message.text.short)},
                    headers={"Idempotency-Key": message.key},
                )
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                raise Deferred("sms-unreachable") from error
            except httpx.TransportError as error:
                raise Interrupted("sms-interrupted") from error
        if response.is_success:
            return _reference(response)
        outcome = Refused if response.status_code in UNUSABLE else Deferred
        raise outcome(f"http-{response.status_code}")

    async def ask(self, message: Message) -> str | None:
        async with self._client() as client:
            try:
                response = await client.get(f"{self._gateway.url}/{message.key}")
            except httpx.TransportError as error:
                raise Deferred("sms-unreachable") from error
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.is_success:
            return _reference(response)
        raise Deferred(f"http-{response.status_code}")

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            timeout=OPERATION_S, headers={"Authorization": f"Bearer {self._gateway.token}"}, follow_redirects=False
        )


def _reference(response: httpx.Response) -> str:
    """The gateway's id; a success without one is no success that could be followed up, so it is asked again."""
    try:
        return msgspec.json.decode(response.content, type=Taken).id
    except msgspec.DecodeError as error:
        raise Interrupted("sms-answer-unreadable") from error

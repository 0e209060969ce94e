"""A real SMTP server and a real HTTP gateway on this machine, which can be told to misbehave."""

import asyncio
import email
import email.policy
import json
import threading
from email.message import EmailMessage
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from server.core.notices.channels.sms import SmsGatewayChannel
from server.core.notices.channels.smtp import SmtpChannel
from server.core.notices.schemas import ChannelKind, Way
from server.settings import SmsGateway, Smtp

LOOPBACK = "127.0.0.1"
TOKEN = "gateway-token"


class Manner(StrEnum):
    TAKE = "take"
    REFUSE = "refuse"
    DEFER = "defer"
    TAKE_AND_HANG_UP = "take and hang up"
    """It has the message, and the answer never comes."""


class MailServer:
    """Takes mail. `taken` are the keys of the messages it took, in order, repetitions included."""

    way = Way(ChannelKind.EMAIL, "ana@example.org")
    permanent_code, temporary_code = "smtp-550", "smtp-450"

    def __init__(self) -> None:
        self.manner = Manner.TAKE
        self.taken: list[str] = []
        self.last_text = ""
        self.last: EmailMessage | None = None
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self), LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def channel(self) -> SmtpChannel:
        smtp = Smtp(host=LOOPBACK, port=self.port, starttls=False, sender="care@example.org")
        return SmtpChannel(smtp, "care.example")

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.manner in {Manner.REFUSE, Manner.DEFER}:
            return "550 no such mailbox" if self.manner is Manner.REFUSE else "450 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        self.last, self.last_text = mail, mail.get_content()
        self.taken.append(mail["Message-ID"].strip("<>").partition("@")[0])
        if self.manner is Manner.TAKE_AND_HANG_UP:
            cast("asyncio.Transport", server.transport).abort()
        return "250 OK"


class Gateway:
    """Takes requests to send an SMS; `taken` as for mail, `asked` the keys it was asked about."""

    way = Way(ChannelKind.SMS, "+34600000001")
    permanent_code, temporary_code = "http-422", "http-503"

    def __init__(self) -> None:
        self.manner = Manner.TAKE
        self.taken: list[str] = []
        self.asked: list[str] = []
        self.last_text = ""
        self.last_request: dict[str, str] = {}
        self.sent: dict[str, str] = {}
        """What left the gateway to a phone: once for each key."""
        self._server = _GatewayServer(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    async def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Doing it twice changes nothing."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}/messages"

    @property
    def channel(self) -> SmsGatewayChannel:
        return SmsGatewayChannel(SmsGateway(url=self.url, token=TOKEN))

    def take(self, key: str, request: dict[str, str]) -> str:
        self.taken.append(key)
        self.last_request, self.last_text = request, request["text"]
        return self.sent.setdefault(key, f"sms-{len(self.sent) + 1}")


class _GatewayServer(ThreadingHTTPServer):
    block_on_close = False
    """A client that a failed test left behind must not hold up the end."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__((LOOPBACK, 0), _GatewayHandler)
        self.gateway = gateway


class _GatewayHandler(BaseHTTPRequestHandler):
    @property
    def _gateway(self) -> Gateway:
        return cast("_GatewayServer", self.server).gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        statuses = {Manner.REFUSE: 422, Manner.DEFER: 503}
        manner = self._gateway.manner
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(401, {})
        elif manner in statuses:
            self._answer(statuses[manner], {})
        else:
            reference = self._gateway.take(self.headers["Idempotency-Key"], json.loads(body))
            self.close_connection = manner is Manner.TAKE_AND_HANG_UP
            if not self.close_connection:
                self._answer(202, {"id": reference})

    def do_GET(self) -> None:
        key = self.path.rpartition("/")[2]
        self._gateway.asked.append(key)
        found = self._gateway.sent.get(key)
        self._answer(200 if found else 404, {"id": found or ""})

    def _answer(self, status: int, body: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (http.server's name)
        """Nothing: the test says what it sees."""

"""The signalling of calls as the contract says it, for ends under test: seats, passing on, repeating, and tampering.

A browser names its seat by the cookie that its page sets, a kiosk by its token; nothing of it is the platform's.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from socket import create_server
from typing import Any
from uuid import UUID, uuid4

import msgspec
import uvicorn
from jinja2 import ChoiceLoader, DictLoader
from litestar import Litestar, Response, WebSocket, get, post, websocket
from litestar.datastructures import Cookie
from litestar.exceptions import WebSocketDisconnect
from litestar.middleware import ASGIMiddleware
from litestar.params import FromPath, JSONBody
from litestar.types import ASGIApp, Receive, Scope, Send

from server.contract.call import (
    SIGNALLING_PROTOCOL,
    Alive,
    CallCard,
    CallWanted,
    Ended,
    FromEnd,
    FromServer,
    Join,
    Leave,
    LegMessage,
    Pass,
    Passed,
    Presence,
    Refused,
    RingingCall,
    Seat,
    SeatRole,
    Seats,
    TurnServer,
    Welcome,
)
from server.contract.problem import Problem
from server.core.access import Action, permits
from server.web.connection import PageRequest
from server.web.layout import render
from server.web.plugin import WebConfig, WebPlugin
from tests.journeys.waiting import until
from tests.support.seaweedfs import free_ports

SEAT_COOKIE = "seat"
PAGE = """{% extends "layout/base.html" %}
{% block title %}Call{% endblock %}
{% block scripts %}<link rel="stylesheet" href="{{ asset("call.css") }}">{{ super() }}
<script type="module" src="{{ asset("call.js") }}"></script>{% endblock %}
{% block main %}{% import "layout/_call.html" as call with context %}
{{ call.stage(call_id, seat_id, "", language, photos, is_relayed, leaves) }}{% endblock %}
"""
Tamper = Callable[["Hub", Seat, Seat, LegMessage], list[LegMessage]]
"""What one says to another, as it is passed on: nothing, something else, or more."""


def pass_on(_hub: "Hub", _sender: Seat, _receiver: Seat, message: LegMessage) -> list[LegMessage]:
    return [message]


@dataclass
class Chair:
    """One seat, with whoever sits in it now."""

    seat: Seat
    session_id: UUID | None = None
    socket: "WebSocket[Any, Any, Any] | None" = None
    passed: list[Passed] = field(default_factory=list[Passed])
    last_number: int = 0
    is_live: bool = False
    heard: int = 0


@dataclass
class Hub:
    call_id: UUID = field(default_factory=uuid4)
    address: str = ""
    chairs: dict[UUID, Chair] = field(default_factory=dict[UUID, Chair])
    relays: tuple[TurnServer, ...] = ()
    tamper: Tamper = pass_on
    photos: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    is_relayed: bool = False
    leaves: dict[str, str] | None = None
    refuses: int = 0
    """How many of the next messages are not taken: too many."""
    status: Any = "joining"
    """Of the card that a kiosk is given."""
    problems: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """With which the next requests for a place are refused: status and code."""
    asked: list[str] = field(default_factory=list[str])
    """What kiosks have asked for, the last part of each address."""
    ringing: list[RingingCall] = field(default_factory=list[RingingCall])
    said: list[tuple[UUID, UUID, LegMessage]] = field(default_factory=list[tuple[UUID, UUID, LegMessage]])

    def add(self, name: str, role: SeatRole, *, language: str = "en", is_kiosk: bool = False) -> Seat:
        seat = Seat(seat_id=uuid4(), role=role, name=name, language=language, is_kiosk=is_kiosk)
        self.chairs[seat.seat_id] = Chair(seat)
        return seat

    def page_of(self, seat: Seat) -> str:
        return f"{self.address}/call/{seat.seat_id}"

    @property
    def signalling(self) -> str:
        return f"{self.address.replace('http', 'ws')}/api/calls/{self.call_id}/signalling"

    def give_place(self, step: str, case_id: UUID | None = None) -> Response[Any]:
        """To the first kiosk, in this call, however it was asked for."""
        self.asked.append(step)
        if self.problems and step != "card":
            status, code = self.problems.pop(0)
            problem = Problem(type="", title="Not now", status=status, code=code)
            return Response(msgspec.json.encode(problem), status_code=status, media_type="application/problem+json")
        kiosk = next(chair.seat for chair in self.chairs.values() if chair.seat.is_kiosk)
        card = CallCard(call_id=self.call_id, case_id=case_id, seat_id=kiosk.seat_id, status=self.status)
        return Response(msgspec.json.encode(card), media_type="application/json")

    def signalling_at(self, host: str) -> str:
        return self.signalling.replace("127.0.0.1", host)

    async def drop(self, seat: Seat, code: int = 1011) -> None:
        """Its socket breaks off, or is refused with a code of the contract."""
        if (socket := self.chairs[seat.seat_id].socket) is not None:
            await socket.close(code=code)

    async def say(self, receiver: Seat, sender: Seat, message: LegMessage) -> None:
        """In the sender's name, whoever says it."""
        chair, from_chair = self.chairs[receiver.seat_id], self.chairs[sender.seat_id]
        passed = Passed(
            number=len(chair.passed) + 1,
            sender=sender.seat_id,
            session_id=from_chair.session_id or uuid4(),
            message=message,
        )
        chair.passed.append(passed)
        await _send(chair, passed)

    async def end(self, seat: Seat, reason: Any) -> None:
        await _send(self.chairs[seat.seat_id], Ended(reason=reason))

    async def serve(self, chair: Chair, socket: "WebSocket[Any, Any, Any]") -> None:
        join = msgspec.json.decode(await socket.receive_text(), type=FromEnd)
        assert isinstance(join, Join), join
        if chair.session_id != join.session_id:
            chair.session_id, chair.passed, chair.last_number = join.session_id, [], 0
        chair.socket = socket
        chair.seat = msgspec.structs.replace(chair.seat, session_id=join.session_id)
        self._mark(chair, Presence.PRESENT)
        seats = tuple(each.seat for each in self.chairs.values())
        await _send(
            chair,
            Welcome(seat_id=chair.seat.seat_id, seats=seats, relays=self.relays, server_time=datetime.now(UTC)),
        )
        for passed in chair.passed[join.heard :]:
            await _send(chair, passed)
        await self._tell_seats()
        try:
            while True:
                await self._hear(chair, msgspec.json.decode(await socket.receive_text(), type=FromEnd))
        except WebSocketDisconnect:
            if chair.socket is socket:
                chair.socket = None
                if chair.seat.presence is Presence.PRESENT:
                    self._mark(chair, Presence.INTERRUPTED)
                await self._tell_seats()

    async def _hear(self, chair: Chair, said: FromEnd) -> None:
        match said:
            case Pass() if said.number > chair.last_number and self.refuses:
                self.refuses -= 1
                await _send(chair, Refused(reason="too-many", number=said.number))
            case Pass() if said.number > chair.last_number:
                chair.last_number = said.number
                receiver = self.chairs[said.to]
                self.said.append((chair.seat.seat_id, said.to, said.message))
                for message in self.tamper(self, chair.seat, receiver.seat, said.message):
                    await self.say(receiver.seat, chair.seat, message)
            case Leave():
                self._mark(chair, Presence.LEFT)
                await self._tell_seats()
            case Alive():
                chair.is_live, chair.heard = said.is_live, said.heard
            case _:
                pass

    async def _tell_seats(self) -> None:
        seats = Seats(seats=tuple(each.seat for each in self.chairs.values()))
        for chair in self.chairs.values():
            await _send(chair, seats)

    def _mark(self, chair: Chair, presence: Presence) -> None:
        chair.seat = msgspec.structs.replace(chair.seat, presence=presence)


async def _send(chair: Chair, frame: FromServer) -> None:
    if chair.socket is None:
        return
    try:
        await chair.socket.send_text(msgspec.json.encode(frame).decode())
    except (WebSocketDisconnect, RuntimeError):
        chair.socket = None


@asynccontextmanager
async def open_hub(hub: Hub | None = None, *beside: str) -> AsyncGenerator[Hub]:
    """A hub with its page, on a port of this machine; `beside` are further addresses at which it listens."""
    hub = hub or Hub()
    (port,) = free_ports(1)
    listeners = [create_server((host, port)) for host in ("127.0.0.1", *beside)]
    config = uvicorn.Config(
        _application(hub),
        log_level="warning",
        timeout_graceful_shutdown=1,
        ws="websockets-sansio",
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(listeners))
    await until(lambda: _is_up(server), within_s=30, what="the hub")
    hub.address = f"http://127.0.0.1:{port}"
    try:
        yield hub
    finally:
        server.should_exit = True
        await running
        for listener in listeners:
            listener.close()


class NobodySignedIn(ASGIMiddleware):
    """A call's page is shown to guests, too."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        scope["actor"] = None  # pyright: ignore[reportGeneralTypeIssues]
        await next_app(scope, receive, send)


async def _is_up(server: uvicorn.Server) -> bool:
    return server.started


def _application(hub: Hub) -> Litestar:
    @get("/call/{seat_id:uuid}", opt={"action": Action.PUBLIC})
    async def page(request: PageRequest, seat_id: FromPath[UUID]) -> Response[str]:
        seat = hub.chairs[seat_id].seat
        shown = render(
            request,
            "call_page.html",
            call_id=hub.call_id,
            seat_id=seat_id,
            language=seat.language,
            photos=hub.photos,
            is_relayed=hub.is_relayed,
            leaves=hub.leaves,
        )
        shown.set_cookie(Cookie(key=SEAT_COOKIE, value=str(seat_id)))
        return shown

    @websocket("/api/calls/{call_id:uuid}/signalling", opt={"action": Action.PUBLIC})
    async def signalling(socket: WebSocket[Any, Any, Any], call_id: FromPath[UUID]) -> None:
        token = socket.headers.get("authorization", "").removeprefix("Bearer ")
        seat_id = token or socket.cookies[SEAT_COOKIE]
        await socket.accept(subprotocols=SIGNALLING_PROTOCOL)
        await hub.serve(hub.chairs[UUID(seat_id)], socket)

    @post("/api/calls", opt={"action": Action.PUBLIC}, status_code=201)
    async def ask(data: JSONBody[CallWanted]) -> Response[Any]:
        return hub.give_place("ask", data.case_id)

    @post("/api/calls/{call_id:uuid}/{step:str}", opt={"action": Action.PUBLIC}, status_code=200)
    async def take_step(call_id: FromPath[UUID], step: FromPath[str]) -> Response[Any]:
        return hub.give_place(step)

    @get("/api/calls/{call_id:uuid}", opt={"action": Action.PUBLIC})
    async def card(call_id: FromPath[UUID]) -> Response[Any]:
        return hub.give_place("card")

    @get("/api/calls/ringing", opt={"action": Action.PUBLIC})
    async def ringing() -> list[RingingCall]:
        return hub.ringing

    web = WebPlugin(WebConfig(web_key=bytes(32), session_cookie="session", may=permits, is_secure=False))
    loader = web.web.environment.loader
    assert loader is not None
    web.web.environment.loader = ChoiceLoader([loader, DictLoader({"call_page.html": PAGE})])
    handlers = [page, signalling, ask, take_step, card, ringing]
    return Litestar(
        handlers, plugins=[web], middleware=[NobodySignedIn()], openapi_config=None, logging_config=None, debug=True
    )

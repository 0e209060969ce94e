"""Every route, for every role, on every side, against the table that was written by hand."""

from typing import Any

import pytest
from litestar import Litestar, WebSocket, get, websocket
from litestar.types import ControllerRouterHandler

from server import app as application
from server.core.access.guard import RouteWithoutAction
from server.core.platform import Platform
from server.desks import events
from server.settings import Settings
from tests.access.asking import Asker, outcome
from tests.access.requests import request_for
from tests.access.routes import routes_of
from tests.access.table import LINES, SIDES_OF_ROLES, expected
from tests.access.world import World

SOCKETS = {route for route in LINES if route[0] == "SOCKET"}
"""Who may hold one is asked of real ones, in tests/calls/test_sockets.py."""
OPEN = sorted(route for route, line in LINES.items() if line.reach == "all" and route not in SOCKETS)
GUARDED = sorted(LINES.keys() - set(OPEN) - SOCKETS)


def test_every_route_stands_in_the_table_and_nothing_else_does(app: Litestar) -> None:
    assert routes_of(app) == set(LINES)


@pytest.mark.parametrize("method, path", OPEN, ids=[" ".join(line) for line in OPEN])
async def test_a_route_for_everyone_refuses_nobody(method: str, path: str, asker: Asker, world: World) -> None:
    for who in SIDES_OF_ROLES:
        address, request = request_for(method, path, world)
        assert outcome(await asker.ask(who, method, address, request)) != "forbidden", who


@pytest.mark.parametrize("method, path", GUARDED, ids=[" ".join(line) for line in GUARDED])
async def test_a_route_lets_in_exactly_whom_the_table_names(
    method: str, path: str, asker: Asker, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LASTS_S", 0)  # a stream that is let in ends at once
    wrong: list[str] = []
    for who in SIDES_OF_ROLES:
        address, request = request_for(method, path, world)
        found, wanted = outcome(await asker.ask(who, method, address, request)), expected(method, path, who)
        if found != wanted:
            wrong.append(f"{who}: {found}, not {wanted}")
    assert not wrong, "; ".join(wrong)


def test_a_route_without_an_action_fails_start_up(demo_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/without-action")
    async def forgotten() -> str:
        return "open to all"

    def handlers(_: Settings) -> list[ControllerRouterHandler]:
        return [forgotten]

    monkeypatch.setattr(application, "HANDLERS", (*application.HANDLERS, handlers))
    with pytest.raises(RouteWithoutAction, match="/without-action"):
        application.create_app(demo_platform.settings)


def test_a_socket_without_an_action_fails_start_up(demo_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    @websocket("/socket-without-action")
    async def forgotten(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()

    def handlers(_: Settings) -> list[ControllerRouterHandler]:
        return [forgotten]

    monkeypatch.setattr(application, "HANDLERS", (*application.HANDLERS, handlers))
    with pytest.raises(RouteWithoutAction, match="/socket-without-action"):
        application.create_app(demo_platform.settings)

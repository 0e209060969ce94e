"""A kiosk's own key: a signed assertion gets a token, renewed in time, also on a machine whose clock is wrong."""

import base64
import json
from email.utils import formatdate
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.uplink.authorizer import KioskKeyAuthorizer, NotLetIn
from kiosk.uplink.backoff import Backoff
from kiosk.uplink.server import NoLink, Server

SERVER_AT = 1_795_000_000.0
KEY = Ed25519PrivateKey.generate()


class TokenServer:
    """The other side of the agreed wire: it judges assertions by its own clock."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode())
        head, claims, signature = form["client_assertion"][0].split(".")
        KEY.public_key().verify(_decode(signature), f"{head}.{claims}".encode())
        told = json.loads(_decode(claims))
        self.asked.append(told)
        headers = {"Date": formatdate(SERVER_AT, usegmt=True)}
        if not told["iat"] - 60 <= SERVER_AT <= told["exp"]:
            return httpx.Response(401, headers=headers)
        return httpx.Response(200, headers=headers, json={"access_token": f"t{len(self.asked)}", "expires_in": 300})


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def client(server: TokenServer) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url="https://care.example", transport=httpx.MockTransport(server))


async def test_a_token_is_asked_for_once_and_again_when_it_was_refused() -> None:
    server, authorizer = TokenServer(), KioskKeyAuthorizer("kiosk-1", KEY, lambda: SERVER_AT)
    async with client(server) as http:
        assert await authorizer.headers(http) == {"Authorization": "Bearer t1"}
        assert await authorizer.headers(http) == {"Authorization": "Bearer t1"}
        authorizer.forget()
        assert await authorizer.headers(http) == {"Authorization": "Bearer t2"}
    first, second = server.asked
    assert first["iss"] == first["sub"] == "kiosk-1"
    assert first["aud"] == "https://care.example/api/kiosks/token"
    assert first["jti"] != second["jti"]


@pytest.mark.parametrize("wrong_at", [0.0, 2_210_000_000.0], ids=["1970", "2040"])
async def test_a_wrong_clock_is_set_right_by_the_servers(wrong_at: float, monkeypatch: pytest.MonkeyPatch) -> None:
    server, authorizer = TokenServer(), KioskKeyAuthorizer("kiosk-1", KEY, lambda: wrong_at)

    def seconds_ahead(_: httpx.Response) -> float:
        return SERVER_AT - wrong_at

    monkeypatch.setattr("kiosk.uplink.authorizer.seconds_ahead", seconds_ahead)
    async with client(server) as http:
        assert await authorizer.headers(http) == {"Authorization": "Bearer t2"}


async def test_a_kiosk_that_was_revoked_is_not_let_in() -> None:
    authorizer = KioskKeyAuthorizer("kiosk-1", KEY, lambda: SERVER_AT)
    async with httpx.AsyncClient(
        base_url="https://care.example", transport=httpx.MockTransport(lambda _: httpx.Response(401))
    ) as http:
        with pytest.raises(NotLetIn):
            await authorizer.headers(http)


@pytest.mark.parametrize("status, said, again_after_s", [(429, "7", 7), (503, "5", 5), (503, "", 0), (429, "soon", 0)])
async def test_a_busy_server_has_not_refused_the_kiosk(status: int, said: str, again_after_s: float) -> None:
    """Also where the clocks differ: it is not asked a second time at once."""
    asked: list[httpx.Request] = []

    def busy(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, headers={"Retry-After": said, "Date": formatdate(0, usegmt=True)})

    async with httpx.AsyncClient(base_url="https://care.example", transport=httpx.MockTransport(busy)) as http:
        server = Server(http, KioskKeyAuthorizer("kiosk-1", KEY, lambda: SERVER_AT))
        with pytest.raises(NoLink) as told:
            await server.ask("GET", "/anything")
    assert told.value.again_after_s == again_after_s
    assert len(asked) == 1


def test_what_the_server_asked_for_is_waited_at_least_and_not_in_step() -> None:
    waits = [Backoff(2, 300, lambda drawn=drawn: drawn).next_s(7) for drawn in (0.0, 0.5, 0.999)]
    assert waits[0] == 7
    assert waits == sorted(waits)
    assert waits[-1] > 13
    assert Backoff(2, 300, lambda: 0.0).next_s(10**9) == 300


def test_backoff_grows_to_its_bound_and_never_comes_in_step() -> None:
    low, high = Backoff(2, 300, lambda: 0.0), Backoff(2, 300, lambda: 0.999)
    assert [low.next_s() for _ in range(4)] == [1, 2, 4, 8]
    assert [round(high.next_s()) for _ in range(9)][-1] == 300
    low.reset()
    assert low.next_s() == 1

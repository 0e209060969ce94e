"""Requests that another site made a browser send change nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.enums import HttpMethod
from litestar.testing import TestClient

from server.web.csrf import CrossOriginRefused, CsrfGuard, require_same_origin
from tests.web.asking import request_with
from tests.web.sample_app import ORIGIN, Sample

Client = TestClient[Litestar]
Typed = dict[str, str | list[str]]
GUARD = CsrfGuard(bytes(32), "session", frozenset({"https://care.example"}))


def token_for(session: str) -> str:
    request = request_with(cookies={"session": session})
    return GUARD.token(request)


def token_on_page(client: Client) -> str:
    page = client.get("/").text
    return page.partition('<meta name="csrf-token" content="')[2].partition('"')[0]


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.cookies.set("session", "s3cret")
    return client


def test_the_pages_own_token_is_accepted(signed_in: Client, sample: Sample, story: Typed) -> None:
    signed_in.post("/styleguide", data=story | {"_csrf": token_on_page(signed_in)})

    assert len(sample.stories) == 1


def test_the_token_may_come_in_a_header(signed_in: Client, sample: Sample, story: Typed) -> None:
    signed_in.post("/styleguide", data=story, headers={"X-CSRF-Token": token_on_page(signed_in)})

    assert len(sample.stories) == 1


def test_a_multipart_form_carries_it_in_a_field(signed_in: Client, sample: Sample, story: Typed) -> None:
    signed_in.post("/styleguide", data=story | {"_csrf": token_on_page(signed_in)}, files={"photos": b"x"})

    assert len(sample.stories) == 1


@pytest.mark.parametrize("token", ["", "x" * 80, "none of ours"])
def test_a_missing_or_wrong_token_is_refused(signed_in: Client, sample: Sample, story: Typed, token: str) -> None:
    answer = signed_in.post("/styleguide", data=story | {"_csrf": token})

    assert answer.status_code == 403
    assert sample.stories == []


def test_a_token_of_another_session_is_refused(client: Client, sample: Sample, story: Typed) -> None:
    client.cookies.set("session", "mine")
    token = token_on_page(client)
    client.cookies.set("session", "theirs")

    assert client.post("/styleguide", data=story | {"_csrf": token}).status_code == 403
    assert sample.stories == []


def test_without_a_session_there_is_nothing_to_forge(client: Client, sample: Sample, story: Typed) -> None:
    client.post("/styleguide", data=story, headers={"Authorization": "Bearer device"})

    assert len(sample.stories) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    ],
)
def test_another_origin_is_refused_even_signed_out(
    client: Client, sample: Sample, story: Typed, headers: dict[str, str]
) -> None:
    answer = client.post("/styleguide", data=story, headers=headers)

    assert answer.status_code == 403
    assert sample.stories == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": ORIGIN}, {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}, {"Sec-Fetch-Site": "none"}],
)
def test_our_own_origin_is_accepted(client: Client, sample: Sample, story: Typed, headers: dict[str, str]) -> None:
    client.post("/styleguide", data=story, headers=headers)

    assert len(sample.stories) == 1


def test_a_trusted_origin_may_stand_behind_a_proxy() -> None:
    request = request_with(method=HttpMethod.POST, headers={"Origin": "https://care.example", "Host": "inner:8080"})

    assert GUARD.is_same_origin(request)


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_safe_methods_need_no_token(signed_in: Client, method: str) -> None:
    assert signed_in.request(method, "/").status_code < 400


def test_an_event_stream_is_not_opened_from_another_site(client: Client) -> None:
    assert client.get("/events", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}]
)
def test_a_socket_with_our_cookie_has_to_name_our_origin(headers: dict[str, str]) -> None:
    socket = request_with(cookies={"session": "s"}, headers=headers)
    socket.scope["type"] = "websocket"  # pyright: ignore[reportGeneralTypeIssues]

    with pytest.raises(CrossOriginRefused):
        require_same_origin(socket, GUARD)


@given(st.text(min_size=1, max_size=60), st.integers(min_value=0), st.characters(codec="utf-8"))
def test_a_token_changed_anywhere_is_refused(session: str, place: int, character: str) -> None:
    token = token_for("s" + session.encode().hex())
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]

    assert GUARD.is_valid(changed, "s" + session.encode().hex()) is (changed == token)


def test_two_tokens_of_one_session_look_unlike() -> None:
    first, second = token_for("same"), token_for("same")

    assert first != second
    assert GUARD.is_valid(first, "same")
    assert GUARD.is_valid(second, "same")

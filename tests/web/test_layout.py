"""Pages: what everyone sees, what only some see, and what a redirect leaves for the next page."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.core.access import Action
from server.web.flash import Flash, FlashCookie
from server.web.keys import derive_key
from server.web.navigation import NavEntry, current_href
from tests.web.asking import request_with
from tests.web.sample_app import REQUEST_ID, create_sample_app

Client = TestClient[Litestar]
Typed = dict[str, str | list[str]]


def test_what_was_done_is_said_once(client: Client, story: Typed) -> None:
    done = client.post("/styleguide", data=story)

    assert "Case sent." in done.text
    assert f'<meta name="form-done" content="{story["_key"]}">' in done.text
    assert "Case sent." not in client.get("/").text


def test_a_planted_message_is_not_shown(client: Client) -> None:
    planted = FlashCookie(bytes(32)).seal(Flash("Call this number"))
    client.cookies.set("flash", planted)

    assert "Call this number" not in client.get("/").text


@pytest.mark.parametrize("value", ["", ".", "a.b", "%%%.0", "é.é"])
def test_a_broken_message_is_no_message(value: str) -> None:
    cookie = FlashCookie(bytes(32))

    assert cookie.read(request_with(cookies={"flash": value})) is None


def test_entries_are_seen_by_those_who_may(client: Client) -> None:
    guest = client.get("/").text
    client.cookies.set("session", "s")
    specialist = client.get("/").text

    assert ">Sign in</a>" in guest
    assert ">Queue</a>" not in guest
    assert ">Sign in</a>" not in specialist
    assert ">Queue</a>" in specialist
    assert ">People</a>" not in specialist


def test_the_place_in_the_navigation_is_marked(client: Client) -> None:
    client.cookies.set("session", "s")

    assert '<a class="nav-link" href="/" aria-current="page">Queue</a>' in client.get("/").text


@pytest.mark.parametrize(
    "path, href", [("/cases", "/cases"), ("/cases/1", "/cases"), ("/cases/new", "/cases/new"), ("/x", "")]
)
def test_the_nearest_entry_is_current(path: str, href: str) -> None:
    entries = [NavEntry("", each, Action.CASE_READ) for each in ("/cases", "/cases/new")]

    assert current_href(entries, path) == href


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demonstration_says_that_it_is_one(is_demo: bool) -> None:
    with TestClient(create_sample_app(is_demo=is_demo)) as client:
        assert ("Demonstration." in client.get("/").text) is is_demo


def test_a_fault_says_what_happened_what_is_kept_and_what_to_do(client: Client) -> None:
    answer = client.get("/narrow")

    assert answer.status_code == 409
    for words in ("Someone else was first", "Dr. Okafor took this case", "What was there before", "Reload to see"):
        assert words in answer.text
    assert REQUEST_ID in answer.text


def test_keys_of_two_purposes_differ() -> None:
    assert derive_key(bytes(32), "csrf") != derive_key(bytes(32), "flash")


def test_a_short_web_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        derive_key(b"short", "csrf")

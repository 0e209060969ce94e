"""Forms: what is typed becomes a Struct, or comes back with every error at once."""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from server.web.forms import blank_form
from tests.web.sample_app import Sample, Story, create_sample_app

Client = TestClient[Litestar]
Typed = dict[str, str | list[str]]
ERROR = re.compile(r'<p class="error" id="(\w+)-error">.*?</svg>([^<]+)</p>', re.DOTALL)


def errors_in(page: str) -> dict[str, str]:
    return dict(ERROR.findall(page))


def test_a_right_form_becomes_its_struct(client: Client, sample: Sample, story: Typed) -> None:
    answer = client.post("/styleguide", data=story | {"since": "2026-08-01"}, follow_redirects=False)

    assert answer.status_code == 303
    assert sample.stories == [
        Story("Ana", 54, "arm", "left", "It began in\nJune.", True, ["itch", "pain"], date(2026, 8, 1))
    ]
    assert sample.keys == [story["_key"]]


def test_multipart_is_read_as_urlencoded_is(client: Client, sample: Sample, story: Typed) -> None:
    client.post("/styleguide", data=story, files={"photos": ("a.jpg", b"not really", "image/jpeg")})

    assert [each.name for each in sample.stories] == ["Ana"]


def test_every_error_is_told_at_once(client: Client, sample: Sample) -> None:
    answer = client.post("/styleguide", data={"_key": str(uuid4()), "name": "A", "age": "old", "side": "up"})

    assert answer.status_code == 422
    assert errors_in(answer.text) == {
        "name": "Use at least 2 characters. Use at most 60 characters.",
        "age": "Write a whole number. It has to be 0 or more. It has to be 130 or less.",
        "site": "Fill this in.",
        "side": "Choose one of these.",
        "story": "Tell us what happened.",
        "agree": "Check this box to go on.",
    }
    assert '<a href="#age">Age in years — Write a whole number.' in answer.text
    assert '<a href="#side">Which side — Choose one of these.</a>' in answer.text
    assert sample.stories == []


def test_what_was_typed_comes_back(client: Client, story: Typed) -> None:
    typed = story | {"age": "200", "story": "<b>loud</b>"}
    page = client.post("/styleguide", data=typed).text

    assert 'value="200"' in page
    assert "&lt;b&gt;loud&lt;/b&gt;</textarea>" in page
    assert re.search(r'name="signs" value="itch"[^>]* checked', page)
    assert re.search(r'<option value="arm" selected>', page)
    assert f'name="_key" value="{story["_key"]}"' in page


def test_a_rule_over_several_fields_is_an_error_of_the_form(client: Client, story: Typed) -> None:
    page = client.post("/styleguide", data=story | {"site": "trunk", "side": "both"}).text

    assert "<li>The trunk has no two sides.</li>" in page


def test_outer_spaces_go_except_where_they_count(client: Client, sample: Sample, story: Typed) -> None:
    client.post("/styleguide", data=story | {"name": "  Ana ", "secret": " pass phrase "})

    assert (sample.stories[0].name, sample.stories[0].secret) == ("Ana", " pass phrase ")


def test_control_characters_are_refused(client: Client, story: Typed) -> None:
    page = client.post("/styleguide", data=story | {"name": "An\x00a"}).text

    assert errors_in(page)["name"] == "This has characters that cannot be kept. Type it again."


@pytest.mark.parametrize("key", ["", "again", "0123"])
def test_a_form_without_its_key_is_refused(client: Client, sample: Sample, story: Typed, key: str) -> None:
    answer = client.post("/styleguide", data=story | {"_key": key})

    assert answer.status_code == 400
    assert sample.stories == []


@pytest.mark.parametrize("body", [b"name=%ff%fe", "näme=".encode("latin-1"), b"&".join([b"a=1"] * 1001)])
def test_a_broken_encoding_is_bad_input(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    assert client.post("/styleguide", content=body, headers=headers).status_code == 400


def test_errors_are_told_in_the_readers_language(client: Client, story: Typed) -> None:
    page = client.post("/styleguide", data=story | {"age": ""}, headers={"Accept-Language": "es"}).text

    assert errors_in(page) == {"age": "Complete este dato."}


def test_a_blank_form_shows_what_is_known() -> None:
    form = blank_form(Story("Ana", 54, "arm", "left", "", True, ["itch"], date(2026, 8, 1)))

    assert (form.text("age"), form.text("since"), form.text("agree")) == ("54", "2026-08-01", "true")
    assert form.has("signs", "itch")
    assert not form.has("signs", "pain")


@pytest.fixture(scope="module")
def steady_client() -> Iterator[Client]:
    with TestClient(create_sample_app()) as opened:
        yield opened


@settings(deadline=None)
@given(typed=st.dictionaries(st.sampled_from([*Story.__struct_fields__, "other"]), st.text(max_size=80)))
def test_no_typing_breaks_a_form(steady_client: Client, typed: dict[str, str]) -> None:
    body = urlencode(typed | {"_key": str(uuid4())})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    assert steady_client.post("/styleguide", content=body, headers=headers).status_code in (200, 422)

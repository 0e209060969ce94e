"""A program is told which field is wrong and what it takes, in its reader's language."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest
from litestar import Litestar, post
from litestar.exceptions import HTTPException
from litestar.params import FromQuery, JSONBody
from litestar.testing import TestClient

from server.contract.wire import Wire
from server.core.access import Action, permits
from server.web.fault_answers import answer_http_exception
from server.web.plugin import WebConfig, WebPlugin

LENGTH = "Use at most 3 characters."


class Line(Wire, frozen=True, kw_only=True):
    short_text: Annotated[str, msgspec.Meta(max_length=3)]


class Order(Wire, frozen=True, kw_only=True):
    lines: tuple[Line, ...]
    amount: Annotated[int, msgspec.Meta(ge=1)]
    note: Line | None = None


@post("/orders", opt={"action": Action.PUBLIC})
async def take_order(data: JSONBody[Order], page: FromQuery[int] = 0) -> None:
    """Takes whatever is right."""


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    web = WebPlugin(WebConfig(web_key=bytes(32), session_cookie="session", may=permits, is_secure=False))
    handlers = {HTTPException: answer_http_exception}
    with TestClient(Litestar([take_order], plugins=[web], exception_handlers=handlers, logging_config=None)) as client:  # type: ignore[dict-item]  (Litestar wants handlers of every fault)
        yield client


def ask(client: TestClient[Litestar], body: Any, query: str = "", language: str = "en") -> list[tuple[str, str]]:
    answer = client.post(f"/orders{query}", json=body, headers={"Accept-Language": language})
    assert answer.status_code == 400
    assert "Expected" not in answer.text
    return [(each["path"], each["message"]) for each in answer.json()["fields"]]


@pytest.mark.parametrize(
    "wrong, path, message",
    [
        ({"amount": "many"}, "amount", "Write a whole number. It has to be 1 or more."),
        ({"lines": [{"shortText": "long"}]}, "lines[0].shortText", LENGTH),
        ({"lines": [dict[str, str]()]}, "lines[0].shortText", "Fill this in."),
        ({"note": {"shortText": 5}}, "note.shortText", LENGTH),
        ({"colour": "red"}, "colour", "There is no such field."),
    ],
)
def test_a_field_that_is_wrong_is_named_with_what_it_takes(
    client: TestClient[Litestar], wrong: dict[str, Any], path: str, message: str
) -> None:
    assert ask(client, {"lines": [], "amount": 1} | wrong) == [(path, message)]


def test_it_is_told_in_the_language_that_is_asked_for(client: TestClient[Litestar]) -> None:
    assert ask(client, {"lines": []}, language="es") == [("amount", "Complete este dato.")]


def test_a_parameter_of_the_address_is_named(client: TestClient[Litestar]) -> None:
    assert ask(client, {"lines": [], "amount": 1}, "?page=first") == [("page", "Write a whole number.")]


@pytest.mark.parametrize("body", [[], "text", None])
def test_a_body_of_another_kind_is_no_field(client: TestClient[Litestar], body: Any) -> None:
    assert {path for path, _ in ask(client, body)} <= {""}

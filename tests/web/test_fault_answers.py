"""A fault of ours: told without what went on inside, and logged without what was typed or asked for."""

from typing import Any, cast

from litestar import Litestar, Request, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.testing import TestClient
from structlog.testing import capture_logs

from server.core.access import permits
from server.core.faults import Fault
from server.web.fault_answers import answer_fault, answer_http_exception, answer_unexpected
from server.web.plugin import WebConfig, WebPlugin

TOKEN, TYPED = "a-token-that-opens-things", "Aminata Kamara"


@get("/invitation/{token:str}")
async def fail(token: FromPath[str]) -> None:
    raise ValueError(f"{TYPED} with {token}")


@post("/form")
async def read(request: Request[Any, Any, Any]) -> None:
    await request.body()


def make_app() -> Litestar:
    return Litestar(
        [fail, read],
        plugins=[WebPlugin(WebConfig(web_key=bytes(32), session_cookie="session", may=permits, is_secure=False))],
        exception_handlers={
            Fault: answer_fault,
            HTTPException: answer_http_exception,
            Exception: answer_unexpected,
        },
        openapi_config=None,
        logging_config=None,
    )


def test_the_log_names_the_route_and_neither_its_address_nor_the_message() -> None:
    with TestClient(make_app(), raise_server_exceptions=False) as client, capture_logs() as logs:
        answer = client.get(f"/invitation/{TOKEN}")

    assert answer.status_code == 500
    assert {log["route"] for log in logs} == {"GET /invitation/{token}"}
    assert [log["event"] for log in logs] == ["unexpected", "fault"]
    for told in (str(logs), answer.text):
        assert TOKEN not in told
        assert TYPED not in told


async def test_a_form_whose_sender_went_away_is_no_error_of_ours() -> None:
    scope = {"type": "http", "method": "POST", "path": "/form", "raw_path": b"/form", "query_string": b""}
    scope |= {"headers": [(b"content-length", b"90")], "client": ("127.0.0.1", 1), "server": ("test", 80)}
    scope |= {"scheme": "http", "http_version": "1.1", "asgi": {"version": "3.0"}, "root_path": ""}
    came = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(came)

    async def send(message: Any) -> None:
        sent.append(message)

    with capture_logs() as logs:
        await cast(Any, make_app())(scope, receive, send)
    assert sent[0]["status"] == 400
    assert logs == []

"""A fault of ours: told without what went on inside, and logged without what was typed or asked for."""

from litestar import Litestar, get
from litestar.params import FromPath
from litestar.testing import TestClient
from structlog.testing import capture_logs

from server.core.access import permits
from server.core.faults import Fault
from server.web.fault_answers import answer_fault, answer_unexpected
from server.web.plugin import WebConfig, WebPlugin

TOKEN, TYPED = "a-token-that-opens-things", "Aminata Kamara"


@get("/invitation/{token:str}")
async def fail(token: FromPath[str]) -> None:
    raise ValueError(f"{TYPED} with {token}")


def test_the_log_names_the_route_and_neither_its_address_nor_the_message() -> None:
    app = Litestar(
        [fail],
        plugins=[WebPlugin(WebConfig(web_key=bytes(32), session_cookie="session", may=permits, is_secure=False))],
        exception_handlers={Fault: answer_fault, Exception: answer_unexpected},
        openapi_config=None,
        logging_config=None,
    )
    with TestClient(app, raise_server_exceptions=False) as client, capture_logs() as logs:
        answer = client.get(f"/invitation/{TOKEN}")

    assert answer.status_code == 500
    assert {log["route"] for log in logs} == {"GET /invitation/{token}"}
    assert [log["event"] for log in logs] == ["unexpected", "fault"]
    for told in (str(logs), answer.text):
        assert TOKEN not in told
        assert TYPED not in told

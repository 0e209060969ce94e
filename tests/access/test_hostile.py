"""No value in any place of any request is a fault of ours, or leads anywhere else."""

import httpx
import pytest
from litestar import Litestar

from server.desks import events
from tests.access.asking import ANONYMOUS, Asker
from tests.access.hostile import bodies, forms, questions
from tests.access.requests import request_for
from tests.access.routes import parameters_of
from tests.access.table import LINES, SIDES_OF_ROLES, expected
from tests.access.world import World

TAKING = sorted(route for route in LINES if route[0] in {"POST", "PUT"})
SHOWING = sorted(route for route in LINES if route[0] == "GET")


@pytest.mark.parametrize("method, path", TAKING, ids=[" ".join(line) for line in TAKING])
async def test_whatever_is_sent_is_taken_or_refused(method: str, path: str, asker: Asker, world: World) -> None:
    address, request = request_for(method, path, world)
    who = _somebody(method, path)
    wrong: list[str] = []
    for told, changed in [*forms(request), *bodies(path, request, world.clinic.patient_id)]:
        wrong += _wrong(told, await asker.ask(who, method, address, changed))
    assert not wrong, "; ".join(wrong)


@pytest.mark.parametrize("method, path", SHOWING, ids=[" ".join(line) for line in SHOWING])
async def test_whatever_is_asked_is_answered_or_refused(
    method: str, path: str, asker: Asker, world: World, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LASTS_S", 0)  # a stream that is let in ends at once
    address, request = request_for(method, path, world)
    who = _somebody(method, path)
    wrong: list[str] = []
    for told, base, query in questions(address, parameters_of(app, method, path)):
        wrong += _wrong(told, await asker.ask(who, method, base, {**request, "params": query}))
    assert not wrong, "; ".join(wrong)


def _somebody(method: str, path: str) -> str:
    """One whom the route lets in, so that access is not what refuses."""
    return next((who for who in SIDES_OF_ROLES if expected(method, path, who) == "let in"), ANONYMOUS)


def _wrong(told: str, answer: httpx.Response) -> list[str]:
    leads_away = answer.headers.get("location", "").startswith(("//", "http")) or "stolen" in str(answer.headers)
    return [f"{told}: {answer.status_code}"] if answer.status_code >= 500 or leads_away else []


@pytest.mark.parametrize("path", ["/api/sign-in/code", "/api/passkeys/sign-in", "/api/cases"])
async def test_json_that_is_nested_without_end_is_refused(path: str, asker: Asker) -> None:
    who = _somebody("POST", path)
    for nested in ("[" * 200_000, '{"credential":' + '{"a":' * 200_000):
        sent = {"content": nested, "headers": {"Content-Type": "application/json"}}
        assert (await asker.ask(who, "POST", path, sent)).status_code == 400


@pytest.mark.parametrize("path", ["/api/cases/{case_id}/reopen", "/api/cases/{case_id}/close"])
async def test_a_reason_is_a_code_and_never_words(path: str, asker: Asker, world: World) -> None:
    """It stands in the audit trail in the clear, which no erasing empties."""
    address, request = request_for("POST", path, world)
    who = _somebody("POST", path)
    assert (await asker.ask(who, "POST", address, request)).status_code == 200
    words = {"json": {"reason": "Aminata is afraid it is cancer"}}
    assert (await asker.ask(who, "POST", address, words)).status_code == 400

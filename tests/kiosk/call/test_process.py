"""The call's own process as the screen meets it: asked over its socket, refused with words, one call at a time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from kiosk.asking import NobodyThere, ask
from kiosk.call import attempt
from kiosk.call.desk import (
    SOCKET,
    Answer,
    Asked,
    Begin,
    Calls,
    CallShown,
    Decline,
    Forget,
    HangUp,
    Look,
    Mute,
    Wait,
)
from kiosk.call.keeping import CaseOfCall
from kiosk.call.process import CallProcess
from kiosk.settings import Settings
from kiosk.spool.spool import Spool
from kiosk.uplink.server import Server, open_http
from server.contract.call import RingingCall, Seat, SeatRole
from server.contract.wire import Coding
from tests.journeys.waiting import until
from tests.support.call_hub import Hub, open_hub

CASE = CaseOfCall(case_id=uuid4(), patient_id=uuid4(), site=Coding(system="careferry", code="cheek"))


class SeatToken:
    """What the hub takes for who this is."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._seat.seat_id}"}

    def forget(self) -> None:
        pass


class Screen:
    """The screen's side, whose questions wait for their answers in threads."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / SOCKET
        self._calls = Calls(folder)

    async def ask(self, asked: Asked) -> CallShown:
        return await asyncio.to_thread(self._calls.ask, asked)


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with open_hub() as opened:
        yield opened


@pytest.fixture
async def screen(hub: Hub, tmp_path: Path, spool: Spool) -> AsyncIterator[Screen]:
    seat = hub.add("Clinic Bo", SeatRole.CLINIC_WORKER, is_kiosk=True)
    settings = Settings(server_url=hub.address, region="SL-W", microphone="tone")
    async with open_http(hub.address) as http:
        process = CallProcess(tmp_path, settings, spool, Server(http, SeatToken(seat)))
        running = asyncio.create_task(process.run())
        screen = Screen(tmp_path)

        async def answers() -> bool:
            return (await screen.ask(Look())).state == "none"

        await until(answers, within_s=20, what="the process to answer")
        yield screen
        await screen.ask(HangUp())
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_call_is_joined_once_muted_and_left(hub: Hub, screen: Screen) -> None:
    for _ in range(2):
        assert (await screen.ask(Begin(case=CASE, language="es"))).state in {"wanted", "joining"}
    await until(lambda: is_there(hub), within_s=20, what="the kiosk in its seat")
    assert hub.asked.count("ask") == 1
    assert (await screen.ask(Mute(is_muted=True))).is_muted
    assert (await screen.ask(HangUp())).state == "ended"
    await until(lambda: has_left(hub), within_s=20, what="the end")
    assert hub.asked.count("end") == 1
    assert (await screen.ask(Forget())).state == "none"


async def test_a_call_waits_until_the_server_has_the_case(
    hub: Hub, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "ASK_EVERY_S", 0.3)
    hub.problems = [(503, "busy"), (404, "not-found"), (409, "case-not-ready")]
    await screen.ask(Begin(case=CASE, language="es"))
    waited: list[str] = []

    async def has_begun() -> bool:
        shown = await screen.ask(Look())
        waited.append(shown.waits_for)
        return shown.state == "joining"

    await until(has_begun, within_s=20, what="the call to begin")
    assert [each for each in dict.fromkeys(waited) if each] == ["link", "case", "preparing"]


async def test_who_gives_up_before_anybody_is_rung_is_in_no_call(
    hub: Hub, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "ASK_EVERY_S", 0.3)
    hub.problems = [(404, "not-found")] * 100
    await screen.ask(Begin(case=CASE, language="es"))
    await until(lambda: was_asked(hub, "ask"), within_s=20, what="the server to be asked")
    assert (await screen.ask(HangUp())).state == "cancelled"
    asked = hub.asked.count("ask")
    await asyncio.sleep(1.0)
    assert hub.asked.count("ask") <= asked + 1, "one may have been on its way"
    assert hub.chairs[next(iter(hub.chairs))].session_id is None


async def test_a_place_that_comes_after_it_was_given_up_is_given_back(hub: Hub, screen: Screen) -> None:
    await screen.ask(Begin(case=CASE, language="es"))
    assert (await screen.ask(HangUp())).state in {"cancelled", "ended"}
    await until(lambda: was_asked(hub, "end"), within_s=20, what="the server to hear of it")
    assert hub.asked.index("ask") < hub.asked.index("end")


async def test_a_server_that_takes_no_call_is_told_in_words(hub: Hub, screen: Screen) -> None:
    hub.problems = [(409, "case-over")]
    await screen.ask(Begin(case=CASE, language="es"))

    async def is_refused() -> bool:
        return (await screen.ask(Look())).state == "refused"

    await until(is_refused, within_s=20, what="the refusal")
    assert (await screen.ask(Look())).refused == "Not now."


async def test_nobody_answered_is_told_and_the_line_is_joined_again(hub: Hub, screen: Screen) -> None:
    hub.status = "ringing"
    await screen.ask(Begin(case=CASE, language="es"))
    await until(lambda: is_there(hub), within_s=20, what="the kiosk in its seat")
    assert (await screen.ask(Look())).state == "ringing"
    (chair,) = hub.chairs.values()
    await hub.end(chair.seat, "missed")

    async def is_missed() -> bool:
        return (await screen.ask(Look())).state == "missed"

    await until(is_missed, within_s=20, what="the missed call")
    hub.status = "asked"
    await screen.ask(Wait())

    async def waits() -> bool:
        return (await screen.ask(Look())).state == "asked"

    await until(waits, within_s=20, what="the waiting room")
    assert "again" in hub.asked


async def test_a_call_that_rings_is_heard_answered_and_one_that_is_declined_is_quiet(hub: Hub, screen: Screen) -> None:
    first, second = (
        RingingCall(call_id=uuid4(), case_id=CASE.case_id, specialist="Dr. Okafor", rings_for_s=90) for _ in range(2)
    )
    hub.ringing = [first, second]

    async def rings() -> bool:
        return len((await screen.ask(Look())).ringing) == 2

    await until(rings, within_s=20, what="two calls to ring")
    assert [each.call_id for each in (await screen.ask(Decline(first.call_id))).ringing] == [second.call_id]
    assert "decline" in hub.asked
    shown = await screen.ask(Answer(call_id=second.call_id, case=CASE, language="es"))
    assert (shown.is_incoming, shown.ringing) == (True, ())
    await until(lambda: is_there(hub), within_s=20, what="the kiosk in its seat")
    assert "answer" in hub.asked


async def test_what_is_no_question_gets_no_answer_and_the_next_does(screen: Screen) -> None:
    for question in ({"type": "dance"}, "{"):
        with pytest.raises(NobodyThere):
            await asyncio.to_thread(ask, screen.path, question, CallShown, 5.0)
    assert (await screen.ask(Look())).state == "none"


async def is_there(hub: Hub) -> bool:
    (chair,) = hub.chairs.values()
    return chair.seat.presence in {"present", "waiting"} and chair.session_id is not None


async def has_left(hub: Hub) -> bool:
    (chair,) = hub.chairs.values()
    return chair.seat.presence == "left"


async def was_asked(hub: Hub, step: str) -> bool:
    return step in hub.asked


async def test_who_calls_off_and_rings_again_at_once_is_in_the_next_call(hub: Hub, screen: Screen) -> None:
    """The server would give the call that is about to end."""
    await screen.ask(Begin(case=CASE, language="en"))
    await until(lambda: is_there(hub), within_s=20, what="the kiosk in its seat")
    await screen.ask(HangUp())
    await screen.ask(Begin(case=CASE, language="en"))

    async def has_asked_again() -> bool:
        return hub.asked.count("ask") == 2

    await until(has_asked_again, within_s=20, what="the second call")
    steps = [each for each in hub.asked if each in {"ask", "end"}]
    assert steps == ["ask", "end", "ask"]

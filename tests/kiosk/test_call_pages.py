"""Calls at the screen: asked for with the patient's yes, waited for, answered, talked, and nothing left of them."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from msgspec import structs

from kiosk.call.desk import (
    Answer,
    Asked,
    Begin,
    CallShown,
    Compare,
    Decline,
    Forget,
    HangUp,
    KeepReading,
    KeepStill,
    Mute,
    RefuseStill,
    Say,
    State,
    TakeStill,
    Wait,
)
from kiosk.call.keeping import CaseOfCall
from kiosk.spool.packing import confirm_visit
from kiosk.ui.desk import Kept
from kiosk.ui.draft import visit_of
from kiosk.ui.pages_call import OVER
from kiosk.ui.pages_talk import RUNGS
from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION
from server.contract.case import AnswersPart
from server.contract.wire import Coding
from tests.kiosk.calls_shown import other, overfull_talk, reading, ring, still, talk
from tests.kiosk.desks import SETTINGS, StillDesk, begin_visit, read_first, sign_in
from tests.kiosk.test_language import ENGLISH, words_of
from tests.kiosk.test_sign_in import Clock
from tests.kiosk.visits import make_visit

CASE = CaseOfCall(case_id=uuid4(), patient_id=uuid4(), site=Coding(system="careferry", code="forearm"))
KEPT = Kept(reference="3F2A1B", is_urgent=False, case=CASE, language="es")


@pytest.fixture
def proof(browser: httpx.Client, desk: StillDesk) -> str:
    return sign_in(browser, desk)


@pytest.fixture(autouse=True)
def sealing(desk: StillDesk, public_key: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(desk.trust), "sealing_key", public_key)


def asked(desk: StillDesk, kind: type[Asked]) -> list[Asked]:
    return [each for each in desk.calls.asked if isinstance(each, kind)]


# Asking.


def test_in_the_middle_of_a_visit_what_is_missing_is_said_and_the_rest_is_confirmed(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    browser.post("/patient/new", data={"proof": proof, "given_name": "Zainab", "family_name": "Koroma"})
    assert "What it is about, and the patient’s consent" in browser.get("/call").text
    browser.post("/visit/about", data={"proof": proof, "topic": "rash", "consent": "care"})
    assert "Where on the body it is, is still missing." in browser.get("/call").text
    browser.post("/visit/where", data={"proof": proof, "site": "forearm", "side": "left"})
    assert "what was not asked is marked as not known" in browser.get("/call").text
    page = browser.post("/call/ask", data={"proof": proof})
    assert page.status_code == 422
    assert "Without it nobody is called." in page.text
    assert desk.draft is not None, "nothing was confirmed without a yes"
    case_id = desk.draft.case_id
    browser.post("/call/ask", data={"proof": proof, "agrees": "1"})
    (standing,) = desk.spool.standings()
    assert (standing.case_id, standing.is_urgent) == (case_id, True)
    (begun,) = asked(desk, Begin)
    assert isinstance(begun, Begin)
    assert (begun.case.case_id, begun.case.site and begun.case.site.code) == (case_id, "forearm")
    assert begun.consent is not None
    assert (begun.consent.consent, begun.consent.version) == (CALL_CONSENT, CALL_CONSENT_VERSION)


def test_what_was_not_asked_is_not_told_as_declined(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    begin_visit(browser, proof)
    browser.post("/visit/question", data={"proof": proof, "number": "1", "skip": "1"})
    assert desk.draft is not None
    parts = visit_of(desk.draft, is_urgent=True).submission.parts
    (answers,) = [part for part in parts if isinstance(part, AnswersPart)]
    assert [each.absent for each in answers.answers][:2] == ["asked-declined", "unknown"]


def test_without_a_kept_visit_nobody_is_called(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    assert "Ready" in browser.get("/call").text
    assert "Ready" in browser.post("/call/ask", data={"proof": proof, "agrees": "1"}).text
    assert not asked(desk, Begin)


def test_after_the_visit_the_patient_is_asked_in_their_language_and_the_case_goes_first(
    browser: httpx.Client, desk: StillDesk, proof: str, public_key: bytes
) -> None:
    entry = confirm_visit(desk.spool, public_key, make_visit(uuid4()), datetime.now(UTC))
    desk.kept = structs.replace(KEPT, case=structs.replace(CASE, case_id=entry.case_id))
    page = browser.get("/call").text
    assert "El paciente acepta una videollamada" in page
    assert "still on its way: 0 %" in page
    browser.post("/call/ask", data={"proof": proof, "agrees": "1"})
    assert [each.is_urgent for each in desk.spool.standings()] == [True]
    assert [each.is_urgent for each in desk.spool.unsent_entries()] == [True], "also were the database lost"


def test_a_second_press_asks_nobody_again(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    desk.kept, desk.calls.shown = KEPT, CallShown(state="ringing")
    for path in ("/call/ask", "/call/again"):
        browser.post(path, data={"proof": proof, "agrees": "1"}, follow_redirects=False)
    assert not asked(desk, Begin)


@pytest.mark.parametrize(
    "shown, words",
    [
        (CallShown(state="wanted", waits_for="link"), "If it cannot wait, use the telephone."),
        (CallShown(state="wanted", waits_for="case"), "The visit is on its way"),
        (CallShown(state="wanted", waits_for="preparing"), "It is being prepared for reading."),
        (CallShown(state="ringing", rung=2, rings_for_s=31), "Ringing 2 specialists"),
        (CallShown(state="ringing", specialist="Dr. Okafor", rings_for_s=31), "Ringing Dr. Okafor"),
        (CallShown(state="asked", ahead=2, low_min=10, high_min=25), "About 10 to 25 minutes."),
        (CallShown(state="asked", ahead=0), "How long it takes is not known."),
    ],
)
def test_while_it_waits_it_says_for_what(
    browser: httpx.Client, desk: StillDesk, proof: str, shown: CallShown, words: str
) -> None:
    desk.kept, desk.calls.shown = KEPT, shown
    assert words in read_first(browser, "/call")


@pytest.mark.parametrize("state", OVER)
def test_every_end_is_told_with_what_can_be_done(
    browser: httpx.Client, desk: StillDesk, proof: str, state: State
) -> None:
    desk.kept = KEPT
    desk.calls.shown = CallShown(state=state, case_id=CASE.case_id)
    page = browser.get("/call").text
    assert OVER[state][0] in page
    assert ("Ring again" in page) == (state in {"missed", "declined", "failed", "cancelled", "refused"})
    assert ("Wait in line" in page) == (state in {"missed", "declined"})
    browser.post("/call/again", data={"proof": proof}, follow_redirects=False)
    browser.post("/call/wait", data={"proof": proof}, follow_redirects=False)
    assert (len(asked(desk, Begin)), len(asked(desk, Wait))) == (1, 1)
    browser.post("/call/done", data={"proof": proof}, follow_redirects=False)
    assert asked(desk, Forget)


# What rings.


@contextmanager
def ringing(desk: StillDesk, public_key: bytes) -> Generator[UUID]:
    """About a case that went from here before."""
    entry = confirm_visit(desk.spool, public_key, make_visit(uuid4()), datetime.now(UTC))
    call = ring(entry.case_id)
    desk.calls.shown = CallShown(state="none", ringing=(call,))
    yield call.call_id


def test_a_call_that_rings_stands_in_the_header_and_is_answered_with_the_patients_yes(
    browser: httpx.Client, desk: StillDesk, proof: str, public_key: bytes
) -> None:
    with ringing(desk, public_key) as call_id:
        assert "Dr. Okafor calls: look" in browser.get("/line").text
        page = browser.get("/call").text
        assert "Is the patient here?" in page
        form = {"proof": proof, "call": str(call_id)}
        assert browser.post("/call/answer", data=form).status_code == 422
        assert not asked(desk, Answer)
        browser.post("/call/answer", data={**form, "agrees": "1"}, follow_redirects=False)
        (answered,) = asked(desk, Answer)
        assert isinstance(answered, Answer)
        assert answered.call_id == call_id
        assert answered.case.site is None, "the kiosk has forgotten where on the body it was"
        assert answered.consent is not None


def test_a_call_that_rings_takes_no_visit_off_the_screen(
    browser: httpx.Client, desk: StillDesk, proof: str, public_key: bytes
) -> None:
    begin_visit(browser, proof)
    with ringing(desk, public_key) as call_id:
        assert "Another visit is on the screen." in browser.get("/call").text
        form = {"proof": proof, "call": str(call_id), "agrees": "1"}
        browser.post("/call/answer", data=form)
        assert not asked(desk, Answer)
        assert desk.draft is not None
        browser.post("/call/decline", data=form)
        assert asked(desk, Decline) == [Decline(call_id)]
        assert desk.draft is not None


# The talk.


def test_the_talk_shows_the_words_and_says_what_the_link_carries(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    seen = other(rung="voice", has_picture=False)
    desk.calls.shown = talk(others=(seen,), has_speaker=False)
    page = read_first(browser, "/call")
    assert "blanket · yard · mango · keen" in page
    assert RUNGS["voice"] in page
    assert "There is no loudspeaker" in page
    assert "There is no microphone" not in page
    form = {"proof": proof, "seat": str(seen.seat_id)}
    for same in ("yes", "no", "perhaps"):
        browser.post("/call/compare", data={**form, "same": same}, follow_redirects=False)
    browser.post("/call/compare", data={**form, "seat": str(uuid4()), "same": "yes"}, follow_redirects=False)
    assert [each.is_same for each in asked(desk, Compare) if isinstance(each, Compare)] == [True, False]
    browser.post("/call/mute", data={"proof": proof, "muted": "1"}, follow_redirects=False)
    browser.post("/call/mute", data={"proof": proof}, follow_redirects=False)
    assert asked(desk, Mute) == [Mute(True), Mute(False)]
    browser.post("/call/hang-up", data={"proof": proof}, follow_redirects=False)
    assert asked(desk, HangUp)


def test_a_still_is_told_taken_judged_and_kept(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    wanted = still()
    desk.calls.shown = talk(still=wanted)
    assert "asks for a photograph." in read_first(browser, "/call")
    assert 'src="/camera"' in browser.get("/call/still").text
    browser.post("/call/still/take", data={"proof": proof}, follow_redirects=False)
    desk.calls.shown = talk(still=structs.replace(wanted, taken=1, small=b"\xff\xd8", flaws=("blurred",)))
    page = browser.get("/call/still").text
    assert "Look again" in page
    assert "Take it again" in page
    assert browser.get("/call/still/picture").content == b"\xff\xd8"
    browser.post("/call/still/keep", data={"proof": proof, "reason": "It hurts"}, follow_redirects=False)
    browser.post("/call/still/refuse", data={"proof": proof}, follow_redirects=False)
    assert asked(desk, KeepStill) == [KeepStill("It hurts")]
    assert len(asked(desk, TakeStill)) == len(asked(desk, RefuseStill)) == 1


def test_a_value_is_shown_with_its_device_and_kept_only_by_hand(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    told, going_on = reading(), reading(is_final=False)
    desk.calls.shown = talk(readings=(told, going_on))
    assert "97" in read_first(browser, "/call")
    page = browser.get("/call/readings").text
    assert told.device in page
    assert str(told.reading_id) in page
    assert str(going_on.reading_id) not in page, "what is not finished cannot be kept"
    browser.post("/call/readings/keep", data={"proof": proof, "reading": "nothing"}, follow_redirects=False)
    browser.post("/call/readings/keep", data={"proof": proof, "reading": str(told.reading_id)}, follow_redirects=False)
    assert asked(desk, KeepReading) == [KeepReading(told.reading_id)]


def test_who_cannot_be_heard_writes(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    desk.calls.shown = talk(said=(("Dr. Okafor", "Can you <b>hear</b> me?"),))
    assert "Can you &lt;b&gt;hear&lt;/b&gt; me?" in browser.get("/call/write").text
    for words in ("No.", "   "):
        browser.post("/call/write", data={"proof": proof, "words": words})
    assert asked(desk, Say) == [Say("No.")]
    page = browser.post("/call/write", data={"proof": proof, "words": "No."}).text
    assert 'value="No."' in page, "nobody heard it"
    desk.calls.shown = talk(said=(("", "No."),))
    assert 'value=""' in browser.post("/call/write", data={"proof": proof, "words": "No."}).text


def test_devices_are_listened_to_for_the_case_of_the_talk(desk: StillDesk, browser: httpx.Client, proof: str) -> None:
    shown = talk()
    desk.calls.shown = shown
    desk.stay_in_touch()
    desk.calls.shown = CallShown(state="ended", case_id=shown.case_id)
    desk.stay_in_touch()
    assert desk.devices.visits[-2:] == [shown.case_id, None]


# Afterwards.


def test_after_next_patient_nothing_of_the_call_is_left(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    desk.kept = KEPT
    before = len(asked(desk, Forget))
    browser.post("/next", data={"proof": proof})
    assert len(asked(desk, Forget)) == before + 1
    desk.calls.shown = CallShown(state="none")
    for path in ("/call", "/call/still", "/call/readings"):
        page = browser.get(path)
        assert "Ready" in page.text, path
    assert browser.get("/call/picture").content == b""
    assert browser.get("/call/still/picture").status_code == 404


def test_who_talks_is_not_idle_and_the_strip_keeps_nobody_signed_in(
    browser: httpx.Client, desk: StillDesk, proof: str, clock: Clock
) -> None:
    desk.calls.shown = talk()
    clock.now_s += SETTINGS.idle_wipe_s + 1
    desk.wipe_if_idle()
    assert desk.session is not None
    desk.calls.shown = CallShown(state="ended")
    clock.now_s += SETTINGS.idle_wipe_s - 1
    assert browser.get("/line").status_code == 200
    clock.now_s += 2
    assert browser.get("/line").status_code == 204
    assert desk.session is None
    assert browser.get("/call/picture").status_code == 403


def test_every_page_of_a_call_is_in_spanish(
    browser: httpx.Client, desk: StillDesk, proof: str, public_key: bytes
) -> None:
    browser.post("/speak", data={"proof": proof, "language": "es"})
    desk.kept = KEPT
    told = [
        ("/call", CallShown(state="none")),
        ("/call/still", talk(still=still())),
        ("/call/readings", talk()),
        ("/call/write", talk()),
    ]
    told += [("/call", CallShown(state=state)) for state in OVER]
    for path, shown in told:
        desk.calls.shown = shown
        page = browser.get(path).text
        assert not ENGLISH.findall(words_of(page)), (path, shown.state)
    for shown in (talk(), overfull_talk(), CallShown(state="asked"), CallShown(state="wanted", waits_for="link")):
        desk.calls.shown = structs.replace(shown, said=())
        assert not ENGLISH.findall(words_of(read_first(browser, "/call"))), shown.state
    with ringing(desk, public_key):
        assert not ENGLISH.findall(words_of(browser.get("/call").text))
        assert re.search("Llama Dr. Okafor: mirar", browser.get("/line").text)

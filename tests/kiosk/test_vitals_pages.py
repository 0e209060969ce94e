"""Vital signs at the screen: readings are kept or discarded one by one, and none is ever taken for a normal one."""

import struct
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from msgspec import structs

from imaging.breathing import BreathingReading, NoBreathing
from imaging.pulse import Declined, PulseReading
from kiosk.devices.bonds import Bonded
from kiosk.devices.kinds import Found, Kind
from kiosk.devices.standing import Pairing, RadioState, Standing, Told
from kiosk.ui.draft import visit_of
from kiosk.ui.pages_pulse import NO_BREATHING, REASONS
from kiosk.ui.pages_vitals import RADIO_WORDS
from kiosk.virtual.ward import MOVED_AND_IRREGULAR, oximetry, pressure, temperature
from kiosk.vitals.standing import Filmed, FilmState
from server.contract.case import Observation, Quantity, VitalsPart
from tests.kiosk.desks import SETTINGS, StillDesk, begin_visit, open_browser, open_desk, read_first, sign_in
from tests.kiosk.test_sign_in import Clock

NOW = datetime.now(UTC)
CONTROL = bytes.fromhex("02 0700 ea070b1b091e00 69b0 1a")


def bonded(name: str, kind: Kind, last: str = "01") -> Bonded:
    return Bonded(address=f"F0:00:00:00:00:{last}", name=name, kind=kind, bonded_at=NOW)


CUFF = bonded("Cuff", Kind.BLOOD_PRESSURE)
OTHER_CUFF = bonded("Cuff", Kind.BLOOD_PRESSURE, "02")
OXIMETER = bonded("Oximeter", Kind.OXIMETER, "03")
THERMOMETER = bonded("Thermometer", Kind.THERMOMETER, "04")
METER = bonded("Meter", Kind.GLUCOSE, "05")


def told(device: Bonded, characteristic: int, packet: bytes, received_at: datetime = NOW) -> Told:
    return Told(
        reading_id=uuid4(), device=device, characteristic=characteristic, packet=packet, received_at=received_at
    )


def measured(status: int = 0, at: datetime = NOW, received_at: datetime = NOW) -> Told:
    return told(CUFF, 0x2A35, pressure(128, 82, 74, status)(at), received_at)


def stand(desk: StillDesk, *readings: Told, **changes: object) -> None:
    devices = tuple({each.device.address: each.device for each in readings}.values())
    standing = Standing(radio=RadioState.READY, bonded=devices or (CUFF,), told=readings)
    desk.devices.standing = structs.replace(standing, **changes)


@pytest.fixture
def proof(browser: httpx.Client, desk: StillDesk) -> str:
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    return proof


def sent_of(desk: StillDesk) -> tuple[Observation, ...]:
    assert desk.draft is not None
    parts = visit_of(desk.draft, is_urgent=False).submission.parts
    return next((part.observations for part in parts if isinstance(part, VitalsPart)), ())


def decide(browser: httpx.Client, proof: str, reading: Told, verb: str = "keep") -> httpx.Response:
    form = {"proof": proof, "reading": str(reading.reading_id)}
    return browser.post(f"/visit/vitals/{verb}", data=form, follow_redirects=False)


def test_a_reading_that_is_kept_carries_all_that_the_device_said(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    reading = measured(MOVED_AND_IRREGULAR)
    stand(desk, reading)
    page = browser.get("/visit/vitals").text
    assert all(words in page for words in ("128", "82", "74", "mmHg", "Cuff (00:01)", "sent by the device"))
    assert "The patient moved during the measurement." in page
    assert "The pulse was irregular." in page
    decide(browser, proof, reading)
    (sent,) = sent_of(desk)
    assert (sent.method, sent.device) == ("device", "Cuff F0:00:00:00:00:01")
    assert sent.flags == ("body-movement", "irregular-pulse")
    assert sent.components[0].value == Quantity(text="128", unit="mm[Hg]")
    assert (sent.measured_at.at, sent.received_at) == (NOW, sent.measured_at)
    assert sent.measured_at.zone == "Africa/Freetown"
    assert sent.device_clock == NOW.replace(tzinfo=None, microsecond=0).isoformat()
    assert "Cuff F0:00:00:00:00:01" in read_first(browser, "/visit/vitals")


def test_what_was_discarded_or_never_decided_is_not_sent_and_is_not_asked_again(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    first, second = measured(), told(THERMOMETER, 0x2A1C, temperature(372)(NOW))
    stand(desk, first, second)
    assert "Blood pressure" in browser.get("/visit/vitals").text
    decide(browser, proof, first, "discard")
    assert "37.2" in browser.get("/visit/vitals").text
    assert sent_of(desk) == ()
    decide(browser, proof, second, "discard")
    assert "No device" not in read_first(browser, "/visit/vitals")
    assert sent_of(desk) == ()


def test_what_is_kept_is_what_was_seen(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    seen, later = measured(), measured(received_at=NOW + timedelta(seconds=9))
    stand(desk, seen)
    browser.get("/visit/vitals")
    stand(desk, later)
    decide(browser, proof, later)
    assert sent_of(desk) == (), "of another than the one on the screen nobody has decided"
    decide(browser, proof, seen)
    assert [each.observation_id for each in sent_of(desk)] == [seen.reading_id]
    decide(browser, proof, seen)
    assert len(sent_of(desk)) == 1, "a second press keeps nothing twice"


def test_control_solution_is_no_blood_and_cannot_be_kept(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    reading = told(METER, 0x2A18, CONTROL)
    stand(desk, reading)
    page = browser.get("/visit/vitals").text
    assert "control solution" in page
    assert "Keep it" not in page
    assert "105" not in page
    decide(browser, proof, reading)
    assert sent_of(desk) == ()


def test_a_clock_that_tells_of_another_time_is_said(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    stand(desk, measured(at=NOW - timedelta(days=1)))
    assert "may be of another patient" in browser.get("/visit/vitals").text


def test_a_device_of_the_same_kind_beside_it_is_said(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    reading = measured()
    stand(desk, reading, bonded=(CUFF, OTHER_CUFF))
    assert "several devices of this kind" in browser.get("/visit/vitals").text


def test_what_goes_on_and_on_is_shown_and_taken_when_asked_for(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    reading = told(OXIMETER, 0x2A5F, oximetry(97, 71)(NOW))
    stand(desk, reading)
    page = read_first(browser, "/visit/vitals")
    assert "Take the value of Oximeter (00:03)" in page
    assert "<b>97</b>" in page
    browser.post("/visit/vitals/worn", data={"proof": proof, "device": OXIMETER.address}, follow_redirects=False)
    assert "Keep it" in browser.get("/visit/vitals").text
    decide(browser, proof, reading)
    assert [each.value.text for each in sent_of(desk) if each.value] == ["97"]


def test_an_oximeter_without_a_value_is_no_number(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    reading = told(OXIMETER, 0x2A5F, struct.pack("<BHH", 0, 0x07FF, 0x07FF))
    stand(desk, reading)
    assert "no value" in read_first(browser, "/visit/vitals")
    browser.post("/visit/vitals/worn", data={"proof": proof, "device": OXIMETER.address}, follow_redirects=False)
    decide(browser, proof, reading)
    (sent,) = sent_of(desk)
    assert (sent.value, sent.absent) == (None, "error")


@pytest.mark.parametrize("radio", [RadioState.MISSING, RadioState.OFF, RadioState.SILENT])
def test_without_a_radio_it_is_said_and_typing_goes_on(
    browser: httpx.Client, desk: StillDesk, proof: str, radio: RadioState
) -> None:
    stand(desk, radio=radio)
    page = read_first(browser, "/visit/vitals")
    assert RADIO_WORDS[radio] in page
    assert "Type by hand" in page
    assert "Pair a device" not in browser.get("/devices").text
    form = {"proof": proof, "8310-5": "38,2"}
    browser.post("/visit/vitals/typed", data=form, follow_redirects=False)
    assert "typed by hand" in read_first(browser, "/visit/vitals")
    (sent,) = sent_of(desk)
    assert (sent.method, sent.value) == ("manual", Quantity(text="38.2", unit="Cel"))


def test_a_device_that_sent_nonsense_is_named(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    stand(desk, garbled=(CUFF,))
    assert "Cuff (00:01) sent something that cannot be read" in read_first(browser, "/visit/vitals")


def test_a_reading_that_arrives_is_shown_without_a_press(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    stand(desk)
    with browser.stream("GET", "/visit/vitals") as answer:
        pieces = answer.iter_text()
        assert "Type by hand" in next(pieces)
        stand(desk, measured())
        assert any('http-equiv="refresh" content="0"' in piece for piece in pieces)


def test_the_next_patient_has_nothing_of_the_last(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    stand(desk, measured())
    browser.get("/visit/vitals")
    browser.post("/abandon", data={"proof": proof})
    assert desk.draft is None
    assert desk.devices.visits[-1] is None, "the devices' process is told at once"


def test_pairing_goes_step_by_step_and_two_of_a_kind_are_chosen_by_a_person(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    assert "Blood sugar meter" in browser.get("/devices/kinds").text
    assert "pairing mode" in browser.get("/devices/ready?kind=blood-pressure").text
    browser.post("/devices/search", data={"proof": proof, "kind": "blood-pressure"}, follow_redirects=False)
    found = (Found("F0:01", "Cuff A", (0x1810,), -44), Found("F0:02", "Cuff B", (0x1810,), -80))
    stand(desk, searched=Kind.BLOOD_PRESSURE, found=found, bonded=())
    page = browser.get("/devices/found").text
    assert "Several devices of this kind are near" in page
    assert page.index("Cuff A") < page.index("Cuff B")
    assert "very near" in page
    browser.post("/devices/pair", data={"proof": proof, "device": "F0:02"}, follow_redirects=False)
    assert desk.devices.errands == [Kind.BLOOD_PRESSURE, "F0:02"]
    stand(desk, pairing=Pairing.FAILED)
    assert "Not paired" in browser.get("/devices/paired").text
    stand(desk, pairing=Pairing.DONE)
    assert "Cuff (00:01) now belongs to this kiosk" in browser.get("/devices/paired").text


def test_a_device_is_forgotten_after_being_asked(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    stand(desk)
    assert "Forget this device?" in browser.get(f"/devices/forget?device={CUFF.address}").text
    assert desk.devices.errands == []
    browser.post("/devices/forget", data={"proof": proof, "device": CUFF.address})
    assert desk.devices.errands == [CUFF.address]


READ = PulseReading(bpm=71.6, lasts_s=30.0, snr_db=6.4, coherence=0.7)


def filmed(desk: StillDesk, reading: PulseReading) -> None:
    desk.pulse.filmed = Filmed(state=FilmState.DONE, reading=reading)


def test_a_camera_pulse_is_sent_as_investigational_beside_its_reference(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    stand(desk, told(OXIMETER, 0x2A5F, oximetry(97, 71)(NOW)))
    filmed(desk, READ)
    page = browser.get("/visit/pulse/now").text
    assert all(words in page for words in ("<b>72</b>", "<b>71</b>", "the reference", "Investigational", "6.4 dB"))
    browser.post("/visit/pulse/keep", data={"proof": proof}, follow_redirects=False)
    (sent,) = sent_of(desk)
    assert (sent.method, sent.flags, sent.value) == ("camera", ("investigational",), Quantity(text="72", unit="/min"))
    assert "6.4 dB" in sent.device
    assert "read by the camera, investigational" in browser.get("/visit/review").text


BREATHS = BreathingReading(per_minute=15.7, lasts_s=30.0, snr_db=9.1, regular=0.9)


def test_breathing_by_the_camera_stands_beside_the_pulse_and_is_sent_as_investigational(
    browser: httpx.Client, desk: StillDesk, proof: str
) -> None:
    desk.pulse.filmed = Filmed(state=FilmState.DONE, reading=READ, breathing=BREATHS)
    page = browser.get("/visit/pulse/now").text
    assert all(words in page for words in ("<b>72</b>", "<b>16</b>", "Breathing by the camera, investigational"))
    browser.post("/visit/pulse/keep", data={"proof": proof}, follow_redirects=False)
    sent = [(each.code.code, each.method, each.flags, each.value) for each in sent_of(desk)]
    assert sent == [
        (code, "camera", ("investigational",), Quantity(text=text, unit="/min"))
        for code, text in (("8867-4", "72"), ("9279-1", "16"))
    ]


@pytest.mark.parametrize("declined", list(NoBreathing))
def test_without_a_rate_of_breathing_the_pulse_stands_alone_and_the_other_way_round(
    browser: httpx.Client, desk: StillDesk, proof: str, declined: NoBreathing
) -> None:
    desk.pulse.filmed = Filmed(state=FilmState.DONE, reading=READ, breathing=BreathingReading(declined=declined))
    assert NO_BREATHING[declined] in browser.get("/visit/pulse/now").text
    browser.post("/visit/pulse/keep", data={"proof": proof}, follow_redirects=False)
    assert [each.code.code for each in sent_of(desk)] == ["8867-4"]
    desk.pulse.filmed = Filmed(state=FilmState.DONE, reading=PulseReading(declined=Declined.WEAK), breathing=BREATHS)
    page = browser.get("/visit/pulse/now").text
    assert REASONS[Declined.WEAK] in page
    browser.post("/visit/pulse/keep", data={"proof": proof}, follow_redirects=False)
    assert [each.code.code for each in sent_of(desk)] == ["8867-4", "9279-1"]


@pytest.mark.parametrize("declined", list(Declined))
def test_no_reading_is_none_and_says_why(
    browser: httpx.Client, desk: StillDesk, proof: str, declined: Declined
) -> None:
    filmed(desk, PulseReading(declined=declined))
    page = browser.get("/visit/pulse/now").text
    assert "No reading" in page
    assert REASONS[declined] in page
    assert "Keep it" not in page
    browser.post("/visit/pulse/keep", data={"proof": proof}, follow_redirects=False)
    assert sent_of(desk) == ()


def test_while_filming_it_is_said_what_to_do(browser: httpx.Client, desk: StillDesk, proof: str) -> None:
    desk.pulse.filmed = Filmed(state=FilmState.FILMING, lasts_s=12.4, fault=Declined.MOTION)
    page = read_first(browser, "/visit/pulse/now")
    assert "Hold still" in page
    assert "12 of 30 seconds" in page


def test_where_it_is_not_offered_its_addresses_are_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("plain")
    with _plain(folder) as (desk, browser):
        proof = sign_in(browser, desk)
        begin_visit(browser, proof)
        assert "Camera pulse" not in read_first(browser, "/visit/vitals")
        filmed(desk, READ)
        assert browser.get("/visit/pulse", follow_redirects=False).headers["Location"] == "/visit/vitals"
        browser.post("/visit/pulse/keep", data={"proof": proof}, follow_redirects=False)
        assert sent_of(desk) == ()


@contextmanager
def _plain(folder: Path) -> Generator[tuple[StillDesk, httpx.Client]]:
    settings = structs.replace(SETTINGS, is_pulse_offered=False)
    with open_desk(folder, Clock(), settings) as desk, open_browser(desk) as browser:
        yield desk, browser

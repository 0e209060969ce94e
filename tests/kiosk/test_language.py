"""The screen in Spanish: the worker's language and the patient's, each chosen, and times in the kiosk's zone."""

import re
from datetime import UTC, datetime

import httpx
import pytest

from kiosk.ui.language import day_in, direction, languages, spoken, time_in
from kiosk.ui.workers import Workers
from tests.kiosk.desks import StillDesk, begin_visit, read_first, sign_in

PAGES = (
    *("/home", "/patient?name=Zai", "/patient?name=nobody", "/patient/new", "/visit/about", "/visit/where"),
    *("/visit/where?region=arm", "/visit/question?number=1", "/visit/photos", "/visit/vitals/typed", "/visit/pulse"),
    *("/visit/review", "/waiting", "/devices", "/devices/kinds", "/devices/ready?kind=scale"),
)
ENGLISH = re.compile(r"\b(the|and|with|this|back|go on|change|patient’s)\b", re.IGNORECASE)


def words_of(page: str) -> str:
    body = page.partition("<body>")[2]
    return re.sub(r"<[^>]*>", " ", re.sub(r"<small>[^<]*</small>", " ", body))


def test_every_page_is_in_spanish_once_that_is_chosen(browser: httpx.Client, desk: StillDesk) -> None:
    proof = sign_in(browser, desk)
    browser.post("/speak", data={"proof": proof, "language": "es"})
    begin_visit(browser, proof)
    for path in PAGES:
        page = browser.get(path)
        assert page.status_code == 200, path
        assert '<html lang="es" dir="ltr">' in page.text
        assert not ENGLISH.findall(words_of(page.text)), path
    assert "Todavía no hay ningún aparato emparejado" in read_first(browser, "/visit/vitals")


def test_a_worker_is_spoken_to_as_they_chose_and_the_next_as_the_kiosk_is_set(
    browser: httpx.Client, desk: StillDesk
) -> None:
    proof = sign_in(browser, desk)
    browser.post("/speak", data={"proof": proof, "language": "es"})
    browser.post("/sign-out", data={"proof": proof})
    assert "Who is working?" in browser.get("/").text
    sign_in(browser, desk)
    assert "Listo para empezar" in browser.get("/home").text
    assert Workers(desk.folder).all()[0].language == "es", "also after a restart"


def test_the_patient_is_asked_in_their_own_language(browser: httpx.Client, desk: StillDesk) -> None:
    proof = sign_in(browser, desk)
    begin_visit(browser, proof)
    browser.post("/visit/language", data={"proof": proof, "language": "es"})
    page = browser.get("/visit/question?number=1").text
    assert '<h1 lang="es">¿' in page
    assert "Go on" in page
    assert desk.draft is not None
    assert desk.draft.language == "es"


def test_before_anybody_has_signed_in_the_language_can_be_chosen_and_not_by_a_page_of_somebody_elses(
    browser: httpx.Client, desk: StillDesk
) -> None:
    assert "¿Quién trabaja?" in browser.post("/language", data={"language": "es"}).text
    sign_in(browser, desk)
    assert "Listo para empezar" in browser.get("/home").text, "and stays when they sign in"
    desk.sign_out()
    browser.post("/language", data={"language": "tlh"})
    assert desk.language == "en", "an unknown language is the source's"


def test_days_and_times_are_the_kiosks(desk: StillDesk) -> None:
    at = datetime(2026, 11, 27, 23, 40, tzinfo=UTC)
    assert time_in(at, "Asia/Karachi", "es") == "4:40"
    assert day_in(at, "Asia/Karachi", "es") == "28 nov 2026"


@pytest.mark.parametrize("tag, code", [("es-MX", "es"), ("en", "en"), ("fr", "en"), ("", "en")])
def test_a_language_that_is_not_there_is_english(tag: str, code: str) -> None:
    assert spoken(tag) == code


def test_each_language_is_named_in_itself_and_knows_its_direction() -> None:
    assert languages() == {"en": "English", "es": "Español"}
    assert (direction("es"), direction("ar")) == ("ltr", "rtl")

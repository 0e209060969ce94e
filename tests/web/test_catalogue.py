"""Languages: which one a reader gets, and that none of its texts is missing."""

from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.core.faults import BadInput
from server.web.catalogue import load_catalogues
from server.web.extraction import KIOSK, PLATFORM, extract_texts, find_composed_details, find_gaps
from server.web.preferences import preferred
from tests.web.asking import request_with
from tests.web.sample_app import SPECIALIST

Client = TestClient[Litestar]


def test_every_text_is_translated() -> None:
    assert find_gaps() == {"es": []}
    assert find_gaps(KIOSK) == {"es": []}


def test_texts_are_found_in_templates_code_and_faults() -> None:
    found = {str(text.id) for text in extract_texts()}

    assert {"Skip to the page", "Fill this in.", "There is nothing here", "%(span)s left"} <= found
    assert "Style guide" not in found


def test_no_fault_is_raised_with_a_detail_that_no_catalogue_can_know() -> None:
    assert find_composed_details() == []


def test_a_detail_is_translated_before_its_values_are_filled_in() -> None:
    fault = BadInput("A message has between 1 and {most} characters.", most=2000)
    spanish = load_catalogues().translations["es"].gettext

    assert fault.problem().detail == "A message has between 1 and 2000 characters."
    assert fault.problem(translate=spanish).detail == "Un mensaje tiene entre 1 y 2000 caracteres."
    assert fault.problem(translate=spanish).code == "bad-input"
    assert str(fault) == "A message has between 1 and 2000 characters."


def test_a_lost_placeholder_is_a_gap(tmp_path: Path) -> None:
    entry = 'msgid "%(span)s left"\nmsgstr "quedan"\n'
    tmp_path.joinpath("es.po").write_text(f'msgid ""\nmsgstr "Language: es\\n"\n\n{entry}')

    assert "%(span)s left" in find_gaps(PLATFORM._replace(folder=tmp_path))["es"]


@pytest.mark.parametrize(
    "header, language",
    [
        ("", "en"),
        ("es", "es"),
        ("es-MX,en;q=0.5", "es"),
        ("fr, es;q=0.4, en;q=0.2", "es"),
        ("en;q=0.3, es;q=0.9", "es"),
        ("es;q=0, fr", "en"),
        ("*;q=0.1, ;;, q=", "en"),
    ],
)
def test_the_browser_is_asked(header: str, language: str) -> None:
    request = request_with(headers={"Accept-Language": header})

    assert load_catalogues().negotiate(request) == language


def test_the_record_is_dearer_than_the_browser_and_the_choice_dearer_than_the_record() -> None:
    headers = {"Accept-Language": "en"}
    request = request_with(headers=headers)
    chosen = request_with(headers=headers, cookies={"language": "en"})
    for each in (request, chosen):
        each.scope["actor"] = SPECIALIST.__class__(  # pyright: ignore[reportGeneralTypeIssues]
            actor_id=SPECIALIST.actor_id,
            kind=SPECIALIST.kind,
            organisation_id=SPECIALIST.organisation_id,
            language="es",
        )

    assert load_catalogues().negotiate(request) == "es"
    assert load_catalogues().negotiate(chosen) == "en"


def test_a_page_is_in_one_language(client: Client) -> None:
    page = client.get("/", headers={"Accept-Language": "es"}).text

    assert '<html lang="es" dir="ltr">' in page
    assert "Ir al contenido" in page
    assert "Skip to the page" not in page


def test_choosing_a_language_is_remembered(client: Client) -> None:
    answer = client.post("/language", data={"language": "es", "back": "/narrow"}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/narrow")
    assert 'lang="es"' in client.get("/").text


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nb"])
def test_choosing_a_language_never_leads_away(client: Client, back: str) -> None:
    answer = client.post("/language", data={"language": "es", "back": back}, follow_redirects=False)

    assert answer.headers["location"] == "/"


def test_an_unknown_language_is_refused(client: Client) -> None:
    assert client.post("/language", data={"language": "tlh", "back": "/"}).status_code == 400


def test_weights_are_read_as_the_standard_says() -> None:
    assert preferred("a;q=0.1, b, c;q=0.5, d;q=0, e;q=x") == ["b", "c", "a"]

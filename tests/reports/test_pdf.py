"""The answer as a PDF: what it says, in whose language, which version; and what its metadata do not say."""

import re
import unicodedata
from datetime import UTC, date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import msgspec
import pytest
from pypdf import PdfReader

from server.reports.pdf import PrintedAnswer, print_answer
from server.reports.schemas import AnswerContent, Certainty, Diagnosis
from server.reports.service import OpenedAnswer, content_digest
from server.reports.tables import AnswerVersion
from server.reports.typesetting import can_print
from server.web.catalogue import load_catalogues
from server.web.reader import Reader
from tests.reports.answering import AMENDED, CONTENT, ECZEMA

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def reader(language: str = "en") -> Reader:
    return Reader(language, ZoneInfo("Africa/Freetown"), load_catalogues().translations[language], AT)


def printed(
    content: AnswerContent = CONTENT, *, newer: int | None = None, name: str = "Aminata Kamara"
) -> PrintedAnswer:
    row = AnswerVersion(
        _ignore_missing=True,
        version=1,
        signed_at=AT,
        signature="c2lnbmF0dXJl",
        signature_key_id="key-1",
    )
    return PrintedAnswer(
        answer=OpenedAnswer(row=row, content=content),
        patient_name=name,
        born=date(1991, 4, 12),
        author_name="Dr Alex Vega",
        organisation_name="Clinic of the North",
        submitted_at=AT,
        newer_version=newer,
    )


def opened(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def text_of(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in opened(content).pages))


def test_everything_that_was_answered_is_on_it_what_to_do_first() -> None:
    text = text_of(print_answer(printed(), reader()))
    wanted = [
        "Clinic of the North",
        "Patient Aminata Kamara",
        "Apr 12, 1991",
        "Dr Alex Vega, specialist",
        "Signed Mar 2, 2026, 9:00",
        CONTENT.plan,
        CONTENT.safety_net,
        CONTENT.follow_up,
        "Atopic dermatitis, unspecified (L20.9): Likely",
        CONTENT.findings,
        "Signed by Dr Alex Vega",
        "c2lnbmF0dXJl",
    ]
    assert "Page 1 of 1" in text
    assert [text.find(each) for each in wanted] == sorted(text.find(each) for each in wanted)
    assert min(text.find(each) for each in wanted) >= 0


def test_metadata_name_neither_the_patient_nor_what_is_inside() -> None:
    metadata = str(opened(print_answer(printed(), reader())).metadata)
    assert "Answer" in metadata
    for word in ("Aminata", "Kamara", "Vega", "dermatitis", "North"):
        assert word not in metadata


def test_it_is_a4_and_pages_are_numbered() -> None:
    long = msgspec.structs.replace(CONTENT, findings="A line of findings.\n" * 120)
    pages = opened(print_answer(printed(long), reader())).pages
    assert len(pages) > 1
    assert f"Page 2 of {len(pages)}" in pages[1].extract_text()
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842]


def test_an_amendment_says_why_and_an_old_version_names_the_newer() -> None:
    assert "A result came in." in text_of(print_answer(printed(AMENDED), reader()))
    assert "There is a newer version: 2." in text_of(print_answer(printed(newer=2), reader()))
    assert "newer version" not in text_of(print_answer(printed(), reader()))


def test_words_are_never_markup() -> None:
    hostile = msgspec.structs.replace(CONTENT, plan='<font size="90">& <b>not bold</b> <img src="file:///etc/passwd"/>')
    assert '<font size="90">& <b>not bold</b> <img src="file:///etc/passwd"/>' in text_of(
        print_answer(printed(hostile), reader())
    )


def test_letters_no_font_holds_are_told_not_dropped_in_silence() -> None:
    text = text_of(print_answer(printed(name="Kim \u1880\u1881"), reader()))
    assert "Some letters cannot be printed here" in text
    assert "Patient Kim […]" in text
    assert "cannot be printed" not in text_of(print_answer(printed(name="Ñandú"), reader()))


@pytest.mark.parametrize("language, heading", [("en", "What to do"), ("es", "Qué hacer")])
def test_it_speaks_the_reader_s_language(language: str, heading: str) -> None:
    content = print_answer(printed(), reader(language))
    assert heading in text_of(content)
    assert opened(content).root_object["/Lang"] == language


@pytest.mark.skipif(not can_print("Ж"), reason="fonts-dejavu-core is not installed")
@pytest.mark.parametrize("name", ["Алёна Žółć", "Ωμέγα Nguyễn", "Ọ̀ṣun Kɔŋɛ", "Jose\u0301"])
def test_names_in_many_alphabets_are_printed(name: str) -> None:
    text = text_of(print_answer(printed(name=name), reader()))
    assert unicodedata.normalize("NFC", name) in text
    assert "cannot be printed" not in text


def test_writing_from_right_to_left_is_never_set_in_the_wrong_order() -> None:
    text = text_of(print_answer(printed(name="\u0623\u0645\u064a\u0646\u0629 \u0623 K"), reader()))
    assert "Patient […] K" in text
    assert "Some letters cannot be printed here" in text


def test_every_sheet_says_whose_it_is_and_which_version() -> None:
    long = msgspec.structs.replace(CONTENT, plan="A line of the plan.\n" * 90)
    for page in opened(print_answer(printed(long), reader())).pages:
        assert "Aminata Kamara · Version 1" in page.extract_text()


def test_a_long_text_begins_below_its_heading_on_the_same_page() -> None:
    long = msgspec.structs.replace(CONTENT, findings="A line of findings. " * 400)
    first = opened(print_answer(printed(long), reader())).pages[0].extract_text()
    assert "A line of findings." in first


def test_the_fingerprint_is_that_of_the_signed_content() -> None:
    text = text_of(print_answer(printed(), reader())).replace(" ", "")
    assert f"SHA-256){content_digest(CONTENT)}" in text


def test_all_diagnoses_are_on_it() -> None:
    another = Diagnosis(code="B35.4", title="Tinea corporis", certainty=Certainty.POSSIBLE)
    text = text_of(print_answer(printed(msgspec.structs.replace(CONTENT, diagnoses=(ECZEMA, another))), reader()))
    assert "L20.9): Likely" in text
    assert "Tinea corporis (B35.4): Possible" in text

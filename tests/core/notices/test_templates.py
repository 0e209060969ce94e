"""Every text is there in every language, asks for the same values, and says nothing clinical."""

import pytest

from server.core.notices.templates import (
    FOLDER,
    KINDS,
    LANGUAGES,
    UnknownTemplate,
    ValuesWrong,
    kind_of,
    language_for,
    load_source,
    render,
)

NAMED_VALUES = {"code", "link", "minutes", "organisation", "until", "when"}
SMS_CHARACTERS = 300
CLINICAL = ("doctor", "photo", "skin", "lesion", "diagnos", "result", "médic", "foto", "piel", "lesión")


@pytest.mark.parametrize("name", KINDS)
def test_every_language_asks_for_the_same_values(name: str) -> None:
    asked = {load_source(name, KINDS[name].version, language).names for language in LANGUAGES}
    (names,) = asked
    assert names <= NAMED_VALUES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", KINDS)
def test_texts_are_short_enough_and_say_nothing_clinical(name: str, language: str) -> None:
    source = load_source(name, KINDS[name].version, language)
    assert source.subject
    assert source.body.endswith("\n")
    assert 0 < len(source.short) <= SMS_CHARACTERS
    said = f"{source.subject} {source.short} {source.body}".lower()
    assert [word for word in CLINICAL if word in said] == []


def test_there_is_no_text_without_a_kind() -> None:
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.txt")}
    newest = {f"{language}/{name}.{KINDS[name].version}.txt" for name in KINDS for language in LANGUAGES}
    assert newest <= files
    assert {file.split("/")[1].split(".")[0] for file in files} == set(KINDS)


def test_values_are_put_in() -> None:
    text = render("sign-in-code", "en", {"code": "123456", "minutes": "10", "organisation": "Clínica Sol"})
    assert text.short.startswith("123456 is your sign-in code for Clínica Sol.")
    assert "    123456\n" in text.body


@pytest.mark.parametrize("values", [{}, {"link": "x", "diagnosis": "y"}])
def test_other_values_than_asked_for_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValuesWrong):
        render("message", "en", values)


def test_a_dollar_in_a_value_is_a_dollar() -> None:
    assert render("message", "en", {"link": "https://x/$code"}).short.endswith("https://x/$code")


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(UnknownTemplate):
        kind_of("diagnosis-letter")


@pytest.mark.parametrize("tag, language", [("es", "es"), ("es-MX", "es"), ("EN-us", "en"), ("fr", "en"), ("", "en")])
def test_the_readers_language(tag: str, language: str) -> None:
    assert language_for(tag) == language

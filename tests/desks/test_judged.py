"""Two verdicts on one photograph: what the phone said and what was found, in words of today for verdicts of any age."""

import pytest

from server.cases.service import PhotoEvidence
from server.contract.case import EdgeFlaw, EdgeVerdict
from server.contract.catalogue import photo_flaws
from server.desks.judged import flaw_words, found_by_server, kept_reason, said_by_device


def evidence(*flaws: tuple[str, float, float]) -> PhotoEvidence:
    return PhotoEvidence(width_px=800, height_px=600, verdict_version="2", flaws=flaws)


def test_a_photo_that_the_phone_could_not_check_has_no_verdict_of_it() -> None:
    assert said_by_device(EdgeVerdict(checked=False), "en") is None


def test_both_verdicts_name_their_scores_and_thresholds() -> None:
    said = said_by_device(
        EdgeVerdict(checked=True, version="1", flaws=(EdgeFlaw(name="defocus", score=212, threshold=300),)), "es"
    )
    found = found_by_server(evidence(("defocus", 208.0, 300.0)), "en")

    assert said is not None
    assert (said.flaws, said.scores, said.version) == (("desenfocada",), (("desenfocada", 212, 300),), "1")
    assert (found.flaws, found.scores, found.version) == (("out of focus",), (("out of focus", 208, 300),), "2")


@pytest.mark.parametrize(
    "was, words",
    [
        ("resolution", "few pixels on the subject"),
        ("sharpness", "out of focus"),
        ("too_dark", "too dark"),
        ("too_bright", "too bright"),
    ],
)
def test_a_case_stored_under_the_old_names_still_reads_well(was: str, words: str) -> None:
    said = said_by_device(EdgeVerdict(checked=True, version="1", flaws=(was,)), "en")

    assert said is not None
    assert said.flaws == found_by_server(evidence((was, 1.0, 2.0)), "en").flaws == (words,)


def test_a_flaw_that_was_found_twice_is_told_once_and_the_most_important_first() -> None:
    assert flaw_words(["resolution", "noise", "resolution", "underexposed"], "en") == (
        "too dark",
        "few pixels on the subject",
        "grainy",
    )


def test_a_flaw_without_words_is_told_by_its_name() -> None:
    assert flaw_words(["halo", "defocus"], "en") == ("out of focus", "halo")


def test_a_ready_reason_is_told_in_the_readers_language_and_ones_own_words_as_they_are() -> None:
    assert kept_reason("No puedo hacer otra", "en") == "I cannot take another one"
    assert kept_reason("Mi brazo tiembla", "en") == "Mi brazo tiembla"


def test_every_flaw_has_both_languages() -> None:
    every = photo_flaws()

    assert {frozenset(texts) for flaw in every.flaws for texts in (flaw.finding, flaw.advice)} == {
        frozenset({"en", "es"})
    }
    assert {frozenset(reason.text) for reason in every.reasons} == {frozenset({"en", "es"})}

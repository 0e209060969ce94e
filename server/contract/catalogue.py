"""The versioned data that phones, kiosks and desks share: questions, body sites, consents and flaws of photographs."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from server.contract.wire import Wire

DATA = Path(__file__).parent / "data"
BODY_SITE_SYSTEM = "urn:careferry:body-site"
FALLBACK_LANGUAGE = "en"
MAX_ADVICE = 2

Texts = dict[str, str]
"""A text by language tag; English is always there."""
ContentT = TypeVar("ContentT")


class Choice(Wire, frozen=True, kw_only=True):
    id: str
    text: Texts


class Question(Wire, frozen=True, kw_only=True):
    """`alone` names choices that exclude every other one."""

    id: str
    kind: Literal["one", "many", "text"]
    text: Texts
    hint: Texts = msgspec.field(default_factory=dict[str, str])
    choices: tuple[Choice, ...] = ()
    required: bool
    alone: tuple[str, ...] = ()


class History(Wire, frozen=True, kw_only=True):
    """One version of the history questions, with the order in which each topic asks them."""

    instrument: str
    version: str
    effective: date
    sources: tuple[str, ...]
    note: str
    topics: dict[str, tuple[str, ...]]
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)


class BodySite(Wire, frozen=True, kw_only=True):
    code: str
    text: Texts
    region: Literal["head", "arm", "trunk", "leg", "whole"]
    has_sides: bool
    faces: tuple[Literal["front", "back"], ...]


class BodySites(Wire, frozen=True, kw_only=True):
    system: str
    version: str
    effective: date
    note: str
    sites: tuple[BodySite, ...]


class ConsentText(Wire, frozen=True, kw_only=True):
    id: str
    required: bool
    text: Texts


class ConsentTexts(Wire, frozen=True, kw_only=True):
    version: str
    effective: date
    consents: tuple[ConsentText, ...]


class PhotoFlaw(Wire, frozen=True, kw_only=True):
    """`finding` names it to a specialist, `advice` tells a patient what to do; `was` is its name in older verdicts.

    What helps against the flaw `told_by` helps against this one too.
    """

    name: str
    was: str = ""
    told_by: str = ""
    finding: Texts
    advice: Texts


class KeepingReason(Wire, frozen=True, kw_only=True):
    id: str
    text: Texts


class PhotoFlaws(Wire, frozen=True, kw_only=True):
    """The flaws in the order in which they matter, and the ready reasons for keeping a photograph that has one."""

    version: str
    effective: date
    note: str
    flaws: tuple[PhotoFlaw, ...]
    reasons: tuple[KeepingReason, ...]

    def named(self, names: Iterable[str]) -> list[PhotoFlaw]:
        """Those of these names, each once and the most important first; a name that is not known has no words."""
        wanted = set(names)
        return [flaw for flaw in self.flaws if flaw.name in wanted or (flaw.was and flaw.was in wanted)]

    def advice(self, names: Iterable[str]) -> list[Texts]:
        """What to do, the most important first and never more than two things at once."""
        found = self.named(names)
        present = {flaw.name for flaw in found}
        return [flaw.advice for flaw in found if flaw.told_by not in present][:MAX_ADVICE]


@cache
def history(version: str = "1") -> History:
    """The history questions of one version; older versions stay, since answers name theirs."""
    return _load(f"skin-history-{version}.json", History)


@cache
def body_sites(version: str = "1") -> BodySites:
    return _load(f"body-sites-{version}.json", BodySites)


@cache
def consent_texts(version: str = "1") -> ConsentTexts:
    return _load(f"consents-{version}.json", ConsentTexts)


@cache
def photo_flaws(version: str = "1") -> PhotoFlaws:
    return _load(f"photo-flaws-{version}.json", PhotoFlaws)


def text_in(texts: Texts, language: str) -> str:
    """The text in `language` or its base language, else in English."""
    return texts.get(language) or texts.get(language.partition("-")[0]) or texts[FALLBACK_LANGUAGE]


def _load(name: str, content: type[ContentT]) -> ContentT:
    return msgspec.json.decode((DATA / name).read_bytes(), type=content)

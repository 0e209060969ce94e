"""Two verdicts on one photograph in words: what the phone said before it was sent, and what the server found."""

from collections.abc import Iterable

from msgspec import Struct

from server.cases.service import PhotoEvidence
from server.contract.case import EdgeFlaw, EdgeVerdict
from server.contract.catalogue import photo_flaws, text_in


class Judged(Struct, frozen=True, kw_only=True):
    """`flaws` in the reader's words, the most important first; `scores` are (flaw, score, threshold)."""

    flaws: tuple[str, ...]
    scores: tuple[tuple[str, int, int], ...]
    version: str
    advice: tuple[str, ...]
    """What the patient could do about it, in their words: two things at most."""


def said_by_device(verdict: EdgeVerdict, language: str) -> Judged | None:
    """None where the device could not check the photograph: that is no verdict, and no good one either."""
    if not verdict.checked:
        return None
    scored = [(flaw.name, flaw.score, flaw.threshold) for flaw in verdict.flaws if isinstance(flaw, EdgeFlaw)]
    return _judged(verdict.flaw_names, scored, verdict.version, language)


def found_by_server(evidence: PhotoEvidence, language: str) -> Judged:
    scored = [(name, round(score), round(threshold)) for name, score, threshold in evidence.flaws]
    return _judged([name for name, _score, _threshold in scored], scored, evidence.verdict_version, language)


def flaw_words(names: Iterable[str], language: str) -> tuple[str, ...]:
    """Each flaw once, by its name of today or of before; one that has no words is told by its name."""
    names = tuple(names)
    named = photo_flaws().named(names)
    known = {name for flaw in named for name in (flaw.name, flaw.was)}
    unknown = tuple(dict.fromkeys(name for name in names if name not in known))
    return tuple(text_in(flaw.finding, language) for flaw in named) + unknown


def kept_reason(said: str, language: str) -> str:
    """What the sender said; a ready reason, in whichever language it was chosen, in the reader's."""
    ready = (reason.text for reason in photo_flaws().reasons if said in reason.text.values())
    return next((text_in(text, language) for text in ready), said)


def _judged(names: Iterable[str], scored: Iterable[tuple[str, int, int]], version: str, language: str) -> Judged:
    names = tuple(names)
    return Judged(
        flaws=flaw_words(names, language),
        scores=tuple((flaw_words([name], language)[0], score, threshold) for name, score, threshold in scored),
        version=version,
        advice=tuple(text_in(text, language) for text in photo_flaws().advice(names)),
    )

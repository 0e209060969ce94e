"""How well each seeded flaw of a photograph is told from none over six skin tones, and how often clean ones are blamed.

The table goes to standard error, because figures stand on standard output one a line. Drawings are held out from the
setting of thresholds; intervals resample drawings. Real photographs are told apart and count for no figure.
"""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from imaging.colour import Pixels
from imaging.drawn_skin import SkinTone
from imaging.quality import THRESHOLDS, judge
from imaging.results import Verdict
from tests.bench.figure import Figure, bounded, reached
from tests.support.flaw_sources import REAL, draw_source, read_source
from tests.support.flaws import STRENGTHS, Source, take_clean, take_flawed
from tests.support.ranking import Area, Scored, area_with_interval

DRAWINGS = 40
CLEAN_FRAMES, MIDDLE_FRAMES = 5, 2
LEVELS = ("low", "middle", "high")
MIDDLE = 1


class Seen(NamedTuple):
    """One picture's verdict: its group, the number of its source, what was seeded and how strongly (-1: nothing)."""

    group: str
    source: int
    flaw: str
    level: int
    verdict: Verdict


def measure(drawings: int = DRAWINGS) -> tuple[Figure, ...]:
    """The least area under the curve of a flaw over all tones, false alarms, and the widest gap between two tones."""
    seen = [each for part in _work(drawings) for each in part]
    drawn = [each for each in seen if each.group != "real"]
    groups = [tone.value for tone in SkinTone]
    pooled = {flaw: _area(drawn, flaw, MIDDLE) for flaw in STRENGTHS}
    grouped = {flaw: [_area(_of(drawn, group), flaw, MIDDLE) for group in groups] for flaw in STRENGTHS}
    gap = max(max(area.value for area in areas) - min(area.value for area in areas) for areas in grouped.values())
    sys.stderr.write("\n".join([*_tell_areas(drawn, groups), "", *_tell_rates(seen, [*groups, "real"]), ""]))
    return (
        reached("quality_auc_min", min(area.value for area in pooled.values()), 0.5, "AUC", 0.95),
        bounded("quality_false_alarm", 100 * _false_alarms(drawn), 0, "%", 10),
        bounded("quality_tone_gap", gap, 0, "AUC", 0.03),
    )


def _work(drawings: int) -> Iterator[list[Seen]]:
    orders = [(tone.value, number) for number in range(drawings) for tone in SkinTone]
    folder = os.environ.get("CAREFERRY_DATA")
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, get_context("spawn"), cv2.setNumThreads, (1,)) as executor:
        if folder:
            yield from executor.map(_judge_real, [folder] * len(REAL), range(len(REAL)))
        yield from executor.map(_judge_drawing, *zip(*orders, strict=True))


def _judge_drawing(tone: str, number: int) -> list[Seen]:
    return _judge_source(draw_source(SkinTone(tone), number), tone, number)


def _judge_real(folder: str, number: int) -> list[Seen]:
    return _judge_source(read_source(Path(folder), REAL[number]), "real", number)


def _judge_source(source: Source, group: str, number: int) -> list[Seen]:
    """Weak and strong flaws on every second source: what they are for needs fewer."""
    clean = [_see(take_clean(source, _random(number, frame, 0))) for frame in range(CLEAN_FRAMES)]
    seen = [Seen(group, number, "", -1, verdict) for verdict in clean]
    for place, (flaw, strengths) in enumerate(STRENGTHS.items(), start=1):
        if flaw == "subject_cut_off" and not source.shows_lesion:
            continue
        for level, strength in enumerate(strengths):
            frames = MIDDLE_FRAMES if level == MIDDLE else (number + 1) % 2
            for frame in range(frames):
                picture = take_flawed(source, flaw, strength, _random(number, frame, 3 * place + level))
                seen.append(Seen(group, number, flaw, level, _see(picture)))
    return seen


def _random(number: int, frame: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng([number, frame, purpose])


def _see(picture: Pixels) -> Verdict:
    return judge(picture, picture.shape[1], picture.shape[0])


def _of(seen: list[Seen], group: str) -> list[Seen]:
    return [each for each in seen if each.group == group]


def _area(seen: list[Seen], flaw: str, level: int) -> Area:
    """An unmeasured score counts as the least: the verdict would not have warned."""

    def scored(seeded: str, at: int) -> list[Scored]:
        return [
            Scored(each.source, each.verdict.scores.get(flaw, 0))
            for each in seen
            if (each.flaw, each.level) == (seeded, at)
        ]

    return area_with_interval(scored("", -1), scored(flaw, level))


def _false_alarms(seen: list[Seen]) -> float:
    clean = [bool(each.verdict.flaws) for each in seen if each.level < 0]
    return sum(clean) / len(clean)


def _tell_areas(seen: list[Seen], groups: list[str]) -> Iterator[str]:
    """AUC by flaw and strength: all tones with the interval, then each tone."""
    yield "| flaw | strength | all tones (95 %) | " + " | ".join(groups) + " |"
    yield "|---|---|---|" + "---|" * len(groups)
    for flaw, strengths in STRENGTHS.items():
        for level, strength in enumerate(strengths):
            cells = [_cell(_area(_of(seen, group), flaw, level)) for group in groups]
            yield f"| {flaw} | {LEVELS[level]} ({strength}) | {_cell(_area(seen, flaw, level))} | {' | '.join(cells)} |"


def _cell(area: Area) -> str:
    return f"{area.value:.3f} ({area.low:.2f}–{area.high:.2f})"


def _tell_rates(seen: list[Seen], groups: list[str]) -> Iterator[str]:
    """At the thresholds: false alarms and, per flaw, how many are named at the middle strength and on clean ones."""
    present = [group for group in groups if _of(seen, group)]
    yield f"| at the thresholds of version {THRESHOLDS.version}, % | " + " | ".join(present) + " |"
    yield "|---|" + "---|" * len(present)
    yield "| clean, any flaw named | " + " | ".join(f"{100 * _false_alarms(_of(seen, g)):.1f}" for g in present) + " |"
    counts = (str(sum(each.level < 0 for each in _of(seen, group))) for group in present)
    yield "| clean pictures | " + " | ".join(counts) + " |"
    for flaw in STRENGTHS:
        cells = (_rates(_of(seen, group), flaw) for group in present)
        yield f"| {flaw}: seeded / clean | " + " | ".join(cells) + " |"


def _rates(seen: list[Seen], flaw: str) -> str:
    def share(of: list[Seen]) -> str:
        named = [any(found.name == flaw for found in each.verdict.flaws) for each in of]
        return f"{100 * sum(named) / len(named):.0f}" if named else "–"

    seeded = [each for each in seen if (each.flaw, each.level) == (flaw, MIDDLE)]
    return f"{share(seeded)} / {share([each for each in seen if each.level < 0])}"

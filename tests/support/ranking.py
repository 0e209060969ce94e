"""The area under a ROC curve, with an interval by resampling the sources that pictures were made from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 500


class Scored(NamedTuple):
    """One picture's score and the number of the drawing or photograph that it was made from."""

    source: int
    score: int


class Area(NamedTuple):
    """The area and its 95 % interval."""

    value: float
    low: float
    high: float


def area_under_curve(negatives: Sequence[int], positives: Sequence[int]) -> float:
    """The chance that a positive scores above a negative, ties counting half (Mann and Whitney, 1947)."""
    ordered = np.sort(np.asarray(negatives))
    below = np.searchsorted(ordered, positives, side="left") + np.searchsorted(ordered, positives, side="right")
    return float(below.sum() / (2 * len(negatives) * len(positives)))


def area_with_interval(negatives: Sequence[Scored], positives: Sequence[Scored], seed: int = 0) -> Area:
    """The area, and the 2.5th and 97.5th percentile over resampled sources (pictures of one are not independent)."""
    sources = sorted({each.source for each in (*negatives, *positives)})
    wins, pairs = (np.zeros((len(sources), len(sources))) for _ in range(2))
    of_source = {number: at for at, number in enumerate(sources)}
    for row, ours in _by_source(negatives, of_source):
        for column, theirs in _by_source(positives, of_source):
            pairs[row, column] = len(ours) * len(theirs)
            wins[row, column] = area_under_curve(ours, theirs) * pairs[row, column]
    drawn = np.random.default_rng(seed).multinomial(len(sources), np.full(len(sources), 1 / len(sources)), RESAMPLES)
    areas = _quadratic(drawn, wins) / np.maximum(_quadratic(drawn, pairs), 1)
    low, high = np.quantile(areas, (0.025, 0.975))
    return Area(float(wins.sum() / pairs.sum()), float(low), float(high))


def _by_source(scored: Sequence[Scored], of_source: dict[int, int]) -> list[tuple[int, list[int]]]:
    return [
        (at, [each.score for each in scored if each.source == number])
        for number, at in of_source.items()
        if any(each.source == number for each in scored)
    ]


def _quadratic(weights: NDArray[Any], table: NDArray[Any]) -> NDArray[Any]:
    return np.einsum("ni,ij,nj->n", weights, table, weights)

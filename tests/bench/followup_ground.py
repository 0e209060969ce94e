"""How right a change of area is where it is claimed, how often it is, and that strangers' skin is never compared.

On pairs whose growth is known: drawn moles grown on the same skin, real dermoscopic photographs with the lesion
magnified, each seen again from elsewhere, in another light and less sharp; and pairs of two people's skin. The seeds
are not those on which the thresholds were chosen.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from imaging.growth import Growth, measure_growth
from tests.bench.figure import Figure, bounded
from tests.support.visit_pairs import Pair, drawn_pairs, real_pairs, unrelated_pairs

SAMPLES = 24
SEED = 20
GOAL = 0.05


def figures(samples: int = SAMPLES) -> Iterable[Figure]:
    """The largest error of a claimed change, drawn and real; the shares declined; and unrelated pairs not declined."""
    photos = Path(os.environ["CAREFERRY_DATA"]) / "photos"
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    errors: list[float] = []
    for name, pairs in (("drawn", drawn_pairs(samples, SEED)), ("real", real_pairs(photos, samples // 2, SEED))):
        of_kind, covered, declined = _measure(pairs)
        _tell(name, of_kind, covered, declined)
        errors += of_kind
        yield bounded(f"area_change_declined_{name}", declined, 0.0, "share", 1.0)
    yield bounded("area_change_error", max(errors, default=1.0), 0.0, "share", GOAL)
    laid = [isinstance(measure_growth(p.earlier, p.later), Growth) for p in unrelated_pairs(photos, samples // 2, SEED)]
    yield bounded("area_change_unrelated_accepted", sum(laid) / len(laid), 0.0, "share", 0.0)
    cv2.setNumThreads(threads)


def _measure(pairs: Iterable[Pair]) -> tuple[list[float], list[bool], float]:
    """Absolute errors of the claimed, whether each measured one lay within its own bound, and the share declined."""
    errors: list[float] = []
    covered: list[bool] = []
    count = 0
    for count, pair in enumerate(pairs, start=1):  # noqa: B007 -- counts the pairs of an iterator
        found = measure_growth(pair.earlier, pair.later)
        if isinstance(found, Growth) and pair.ratio is not None:
            error = abs(found.change.ratio / pair.ratio - 1)
            covered.append(error <= found.change.bound)
            if found.change.is_claimed:
                errors.append(error)
    return errors, covered, 1 - len(errors) / max(count, 1)


def _tell(name: str, errors: list[float], covered: list[bool], declined: float) -> None:
    """The distribution, on standard error, since a figure is one number."""
    spread = ", ".join(f"{np.percentile(errors, at):.3f}" for at in (50, 75, 90, 95, 100)) if errors else "none"
    within = sum(covered) / max(len(covered), 1)
    sys.stderr.write(
        f"area change, {name}: {len(errors)} claimed, errors at 50, 75, 90, 95 and 100 %: {spread}; "
        f"within the stated bound {within:.0%} of {len(covered)} measured; declined {declined:.0%}\n"
    )

"""How long somebody will wait for a call: a range from what past calls took, or nothing where too little is known."""

import math
from collections.abc import Sequence
from statistics import quantiles

from server.calls.schemas import Standing

LEAST_CALLS = 5
"""Below this many known calls a number would be a guess in a lab coat."""
ROUND_MIN = 5


def stand(ahead: int, durations_s: Sequence[float], serving: int) -> Standing:
    """The place behind `ahead` others whom `serving` specialists call one after the other.

    Each of those ahead takes what the middle half of past calls took: the first quartile for the near end of the
    range, the third for the far end, and one more call for whoever is being talked with now. Both are rounded outward
    to five minutes, since nobody believes 7.3.
    """
    if len(durations_s) < LEAST_CALLS:
        return Standing(ahead=ahead)
    low_s, _, high_s = quantiles(durations_s, n=4)
    rounds = math.ceil(ahead / max(serving, 1))
    return Standing(
        ahead=ahead,
        low_min=math.floor(low_s * rounds / 60 / ROUND_MIN) * ROUND_MIN,
        high_min=math.ceil(high_s * (rounds + 1) / 60 / ROUND_MIN) * ROUND_MIN,
    )

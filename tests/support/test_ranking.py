"""The area under the curve is what counting every pair gives, and its interval holds it."""

import random

import pytest

from tests.support.ranking import Scored, area_under_curve, area_with_interval


def count_pairs(negatives: list[int], positives: list[int]) -> float:
    won = sum((high > low) + 0.5 * (high == low) for low in negatives for high in positives)
    return won / (len(negatives) * len(positives))


@pytest.mark.parametrize("seed", range(20))
def test_ranks_give_what_counting_every_pair_gives(seed: int) -> None:
    chance = random.Random(seed)
    negatives = [chance.randrange(12) for _ in range(chance.randrange(1, 40))]
    positives = [chance.randrange(16) for _ in range(chance.randrange(1, 40))]
    assert area_under_curve(negatives, positives) == pytest.approx(count_pairs(negatives, positives))


def test_the_interval_holds_the_area_and_the_area_counts_pictures_not_sources() -> None:
    chance = random.Random(1)
    negatives = [Scored(number % 7, chance.randrange(50)) for number in range(60)]
    positives = [Scored(number % 5, chance.randrange(70)) for number in range(30)]
    area = area_with_interval(negatives, positives)
    assert area.value == pytest.approx(count_pairs([each.score for each in negatives], [s.score for s in positives]))
    assert area.low < area.value < area.high

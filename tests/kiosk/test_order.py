"""The rule of what goes first: written once, and here said again case by case."""

import sqlite3
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from kiosk.spool.model import Rank
from kiosk.spool.order import Stage, place_of, precedence

URGENT, PLAIN = True, False
FIRST, LATER = 7, 8


class Item(NamedTuple):
    is_urgent: bool
    sequence: int
    rank: Rank
    number: int = 0


items = st.builds(Item, st.booleans(), st.integers(1, 2**40 - 1), st.sampled_from(Rank), st.integers(0, 1023))


def place(item: Item) -> tuple[int, ...]:
    return place_of(is_urgent=item.is_urgent, sequence=item.sequence, rank=item.rank, number=item.number)


def test_two_cases_and_an_urgent_one_go_as_the_rule_says() -> None:
    in_order = [
        Item(URGENT, LATER, Rank.CONTRACT),
        Item(URGENT, LATER, Rank.SMALL_PREVIEW),
        Item(URGENT, LATER, Rank.LARGE_PREVIEW),
        Item(URGENT, LATER, Rank.PHOTOGRAPH),
        Item(PLAIN, FIRST, Rank.REGISTRATION),
        Item(PLAIN, FIRST, Rank.CONTRACT),
        Item(PLAIN, FIRST, Rank.SMALL_PREVIEW, 3),
        Item(PLAIN, FIRST, Rank.SMALL_PREVIEW, 6),
        Item(PLAIN, LATER, Rank.CONTRACT),
        Item(PLAIN, LATER, Rank.SMALL_PREVIEW),
        Item(PLAIN, FIRST, Rank.LARGE_PREVIEW),
        Item(PLAIN, LATER, Rank.LARGE_PREVIEW),
        Item(PLAIN, FIRST, Rank.PHOTOGRAPH, 2),
        Item(PLAIN, FIRST, Rank.PHOTOGRAPH, 5),
        Item(PLAIN, LATER, Rank.PHOTOGRAPH),
    ]
    assert all(place(before) < place(after) for before, after in pairwise(in_order))


@given(items, items)
def test_nothing_of_a_plain_case_goes_before_an_urgent_one(one: Item, other: Item) -> None:
    assert place(one._replace(is_urgent=True)) < place(other._replace(is_urgent=False))


@given(items, items)
def test_no_photograph_goes_before_a_preview_of_another_case_that_is_as_urgent(one: Item, other: Item) -> None:
    photograph = one._replace(rank=Rank.PHOTOGRAPH)
    preview = other._replace(rank=Rank.LARGE_PREVIEW, is_urgent=one.is_urgent)
    assert place(preview) < place(photograph)


@given(items, items)
def test_the_number_that_the_database_orders_by_says_the_same(one: Item, other: Item) -> None:
    numbers = precedence(*one), precedence(*other)
    assert (numbers[0] < numbers[1]) == (place(one) < place(other))
    assert all(0 <= number < 2**63 for number in numbers)


def test_every_rank_has_its_stage() -> None:
    stages = [Stage(place(Item(PLAIN, FIRST, rank))[1]) for rank in Rank]
    assert stages == [Stage.TRIAGE, Stage.TRIAGE, Stage.TRIAGE, Stage.CLOSER_LOOK, Stage.WHOLE]


def test_the_largest_place_fits_into_sqlites_integers() -> None:
    with sqlite3.connect(":memory:") as database:
        database.create_function("precedence", 4, precedence, deterministic=True)
        (number,) = database.execute("SELECT precedence(0, ?, 4, 1023)", (2**40 - 1,)).fetchone()
    assert number == precedence(0, 2**40 - 1, 4, 1023)

"""What goes before what: the one rule by which the uplink chooses.

1. Urgent cases before others, whatever is under way: a link that comes back for a minute is theirs.
2. What lets somebody begin, of every case, before a closer look at any: the registration, the contract (with vitals and
   answers in it) and the first, small previews.
3. The larger previews of every case before the whole photographs of any.
4. Within each of these the case that was confirmed first, and of one case by rank and then as it was taken.

A counter says which case was first, never a clock (docs/decisions/what-matters-first.md).
"""

from enum import IntEnum

from kiosk.spool.model import Rank


class Stage(IntEnum):
    """How far a case is brought before another gets its turn."""

    TRIAGE = 0
    CLOSER_LOOK = 1
    WHOLE = 2


STAGE = {
    Rank.REGISTRATION: Stage.TRIAGE,
    Rank.CONTRACT: Stage.TRIAGE,
    Rank.SMALL_PREVIEW: Stage.TRIAGE,
    Rank.LARGE_PREVIEW: Stage.CLOSER_LOOK,
    Rank.PHOTOGRAPH: Stage.WHOLE,
}
_RADIXES = (len(Stage), 1 << 40, len(Rank), 1 << 10)
"""How many stages, cases in this kiosk's life, ranks and items of one case there can be."""


def place_of(*, is_urgent: bool, sequence: int, rank: Rank, number: int) -> tuple[int, ...]:
    """The rule: of two items the one with the smaller place goes first.

    `sequence` counts the cases of this kiosk, `number` the items of one case.
    """
    return (0 if is_urgent else 1, STAGE[rank], sequence, list(Rank).index(rank), number)


def precedence(is_urgent: int, sequence: int, rank: int, number: int) -> int:
    """The place as one number of 64 bits, which is what SQLite can order by."""
    packed, *rest = place_of(is_urgent=bool(is_urgent), sequence=sequence, rank=Rank(rank), number=number)
    for radix, value in zip(_RADIXES, rest, strict=True):
        packed = packed * radix + value
    return packed

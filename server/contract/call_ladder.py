"""What an end of a call sends on its link, from a good picture down to messages: the rungs, and when one is changed.

Both ends read the rungs from `data/call-ladder-1.json`, and both pass `vectors/call_ladder.json`. Going down is quick
and may skip rungs; going up is one rung at a time, is a trial, and takes longer after each trial that failed.
"""

from functools import cache
from importlib.resources import files
from typing import Literal

from msgspec import Struct, json, structs

RungName = Literal["high", "standard", "slow", "stills", "voice", "messages"]


class Video(Struct, frozen=True, rename="camel", kw_only=True):
    height_px: int
    frames_per_s: int
    bits_per_s: int


class Rung(Struct, frozen=True, rename="camel", kw_only=True):
    name: RungName
    video: Video | None
    still_every_s: float
    """0 sends none by itself."""
    voice_bits_per_s: int
    packet_ms: int
    picture_bits_per_s: int
    """For pictures in pieces, beside voice and video."""
    least_bits_per_s: int
    most_loss: float
    most_round_trip_s: float
    enter_bits_per_s: int
    enter_loss: float


class Ladder(Struct, frozen=True, rename="camel", kw_only=True):
    version: str
    begin_rung: int
    first_up_after_s: float
    """Until something goes wrong for the first time."""
    down_after_s: float
    up_after_s: float
    up_after_most_s: float
    trial_s: float
    late_after_s: float
    """Reports come once a second: without one for so long, whatever is sent is too much."""
    silent_after_s: float
    heard_again_s: float
    rungs: tuple[Rung, ...]


class LinkMeasure(Struct, frozen=True, rename="camel", kw_only=True):
    """One look at the link. `bits_per_s` is what it is known to carry at most, None while nothing is held back."""

    at_s: float
    loss: float
    round_trip_s: float
    bits_per_s: float | None
    silent_s: float
    """Since the other end was last heard on this connection."""


class Standing(Struct, frozen=True, kw_only=True):
    """Where an end stands, and what it has seen there: `step` makes the next of it."""

    rung: int
    since_s: float
    patience_s: float
    is_trial: bool = False
    bad_since_s: float | None = None
    good_since_s: float | None = None


@cache
def ladder() -> Ladder:
    return json.decode(files("server.contract").joinpath("data/call-ladder-1.json").read_bytes(), type=Ladder)


def begin(at_s: float) -> Standing:
    """With a voice and stills, and quickly up from there: a picture in seconds, and no flood on a link without room."""
    return Standing(rung=ladder().begin_rung, since_s=at_s, patience_s=ladder().first_up_after_s)


def step(now: Standing, seen: LinkMeasure) -> Standing:
    """Where to stand after one more look."""
    rules, last = ladder(), len(ladder().rungs) - 1
    if now.rung == last:
        return _step_up_from_messages(now, seen)
    if seen.silent_s >= rules.silent_after_s:
        return _move(now, last, seen.at_s)
    if not _carries(rules.rungs[now.rung], seen):
        bad_since_s = seen.at_s if now.bad_since_s is None else now.bad_since_s
        if seen.at_s - bad_since_s >= rules.down_after_s:
            return _move(now, _rung_below(now.rung, seen), seen.at_s)
        return structs.replace(now, bad_since_s=bad_since_s, good_since_s=None)
    return _step_up(now, seen)


def _step_up(now: Standing, seen: LinkMeasure) -> Standing:
    """The rung carries: one above is tried once the link has been good enough for it for long enough."""
    rules = ladder()
    is_trial = now.is_trial and seen.at_s - now.since_s < rules.trial_s
    patience_s = min(now.patience_s, rules.up_after_s) if now.is_trial and not is_trial else now.patience_s
    steady = structs.replace(now, bad_since_s=None, is_trial=is_trial, patience_s=patience_s)
    if now.rung == 0 or not _may_enter(rules.rungs[now.rung - 1], seen):
        return structs.replace(steady, good_since_s=None)
    good_since_s = seen.at_s if now.good_since_s is None else now.good_since_s
    if seen.at_s - good_since_s < patience_s:
        return structs.replace(steady, good_since_s=good_since_s)
    return Standing(rung=now.rung - 1, since_s=seen.at_s, patience_s=patience_s, is_trial=True)


def _step_up_from_messages(now: Standing, seen: LinkMeasure) -> Standing:
    """The voice comes back as soon as the other end is heard again for a while."""
    if seen.silent_s >= ladder().heard_again_s:
        return structs.replace(now, good_since_s=None)
    good_since_s = seen.at_s if now.good_since_s is None else now.good_since_s
    if seen.at_s - good_since_s < ladder().heard_again_s:
        return structs.replace(now, good_since_s=good_since_s)
    return Standing(rung=now.rung - 1, since_s=seen.at_s, patience_s=ladder().up_after_s)


def _move(now: Standing, rung: int, at_s: float) -> Standing:
    """Down. A trial that failed makes the next one wait twice as long."""
    rules = ladder()
    patience_s = max(now.patience_s * 2 if now.is_trial else now.patience_s, rules.up_after_s)
    return Standing(rung=rung, since_s=at_s, patience_s=min(patience_s, rules.up_after_most_s))


def _rung_below(rung: int, seen: LinkMeasure) -> int:
    """The next that carries, and voice at the least: messages are for a link that is silent."""
    below = range(rung + 1, len(ladder().rungs) - 1)
    return next((each for each in below if _carries(ladder().rungs[each], seen)), len(ladder().rungs) - 2)


def _carries(rung: Rung, seen: LinkMeasure) -> bool:
    has_room = seen.bits_per_s is None or seen.bits_per_s >= rung.least_bits_per_s
    return has_room and seen.loss <= rung.most_loss and seen.round_trip_s <= rung.most_round_trip_s


def _may_enter(rung: Rung, seen: LinkMeasure) -> bool:
    has_room = seen.bits_per_s is None or seen.bits_per_s >= rung.enter_bits_per_s
    return has_room and seen.loss <= rung.enter_loss and seen.round_trip_s <= rung.most_round_trip_s

"""Films a face until there is enough of it for one reading of each kind, and says meanwhile what spoils it."""

import time
from collections.abc import Callable
from typing import NamedTuple

from imaging.breathing import BreathingReading
from imaging.colour import Pixels
from imaging.pulse import LASTS_S, Declined, PulseReading
from kiosk.vitals.chest_watch import ChestWatch
from kiosk.vitals.pulse_watch import PulseWatch

GIVEN_UP_AFTER_S = 75.0
TOLD_EVERY_S = 1.0
_ENOUGH_S = LASTS_S - 0.2
"""Read once, over as much as a reading can look back: who reads again and again finds a number by chance."""


class Readings(NamedTuple):
    pulse: PulseReading
    breathing: BreathingReading


Tell = Callable[[float, Declined | None], None]


def film_pulse(
    read: Callable[[], Pixels],
    tell: Tell,
    is_wanted: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
) -> Readings | None:
    """The readings, also where they are none; None where nobody wants it any more. What `read` raises goes through."""
    watch, chest, begun_s = PulseWatch(), ChestWatch(), clock()
    told_s = begun_s
    while is_wanted():
        pixels, now_s = read(), clock()
        watch.take(now_s, pixels)
        chest.take(now_s, pixels, watch.face)
        if watch.lasts_s >= _ENOUGH_S or now_s - begun_s > GIVEN_UP_AFTER_S:
            return Readings(watch.read(), chest.read())
        if now_s - told_s >= TOLD_EVERY_S:
            tell(watch.lasts_s, watch.find_fault())
            told_s = now_s
    return None

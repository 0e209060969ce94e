"""The sets of films that the camera's pulse is judged by: what each is of, over six skin tones and several rates."""

import msgspec
import numpy as np

from tests.support.pulse_scenes import TONES, Film, Subject

SETS: dict[str, Film] = {
    "typical": Film(),
    "h264": Film(h264_bits_per_s=1_000_000),
    "motion": Film(nods_px=6.0, sway_px=1.5),
    "dark": Film(light=0.25),
}
NO_PULSE = "no-pulse"
_LIFELESS = (
    Film(subject=Subject.EMPTY_CHAIR),
    Film(light=0.01),
    Film(subject=Subject.PHOTOGRAPH, sway_px=0.05),
    Film(subject=Subject.PHOTOGRAPH, sway_px=1.5, breaths_per_minute=66),
    Film(subject=Subject.PHOTOGRAPH, sway_px=1.5, nods_px=4.0),
    Film(subject=Subject.PHOTOGRAPH, flicker=0.06, flicker_hz=1.2),
    Film(subject=Subject.PHOTOGRAPH, flicker=0.02, flicker_hz=1.0, tone="brown"),
    Film(subject=Subject.PHOTOGRAPH, jpeg_quality=80, tone="dark"),
    Film(subject=Subject.PHOTOGRAPH, h264_bits_per_s=1_000_000, sway_px=1.0, breaths_per_minute=58),
    Film(subject=Subject.PHOTOGRAPH, h264_bits_per_s=1_000_000, flicker=0.03, flicker_hz=1.5),
)
"""An empty chair, a dark room, and a picture that is held still, held by a hand, under lamps, and sent compressed."""


def films(name: str, seed: int) -> list[Film]:
    """The films of a set, each with its own rate and noise; another `seed` gives others of the same kind."""
    random = np.random.default_rng(seed)
    if name == NO_PULSE:
        return [msgspec.structs.replace(film, seed=seed + index) for index, film in enumerate(_LIFELESS)]
    return [
        msgspec.structs.replace(SETS[name], tone=tone, bpm=float(random.uniform(50, 115)), seed=seed + index)
        for index, tone in enumerate(TONES)
    ]

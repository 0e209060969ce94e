"""Films of a face whose pulse is known, and of things that have none: rendered in linear light, frame by frame.

The face is scikit-image's astronaut (public domain). Blood moves red, green and blue by 0.33 : 0.77 : 0.53 (de Haan
and van Leest, Physiol. Meas. 35, 2014), more on forehead and cheeks than elsewhere, and less where skin is dark.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

import av
import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from imaging.colour import Pixels
from tests.imaging.portrait import PORTRAIT

WIDTH_PX, HEIGHT_PX = 640, 480
TONES = ("very-light", "light", "intermediate", "tan", "brown", "dark")
# How much light skin of a tone gives back next to the astronaut's, which is light; red goes less than blue.
_ALBEDO = {
    "very-light": (1.12, 1.15, 1.18),
    "light": (1.0, 1.0, 1.0),
    "intermediate": (0.82, 0.76, 0.70),
    "tan": (0.62, 0.53, 0.45),
    "brown": (0.40, 0.31, 0.25),
    "dark": (0.20, 0.14, 0.11),
}
# Melanin swallows part of what blood would move (Nowara et al., CVPRW 2020: the signal halves from light to dark skin).
_STRENGTH = {"very-light": 1.0, "light": 1.0, "intermediate": 0.9, "tan": 0.8, "brown": 0.65, "dark": 0.5}
_BLOOD = np.array([0.33, 0.77, 0.53]) / 0.77
_ZOOM, _LEFT_PX, _TOP_PX = 1.6, 35, 0
_FACE = (320, 182)
"""The middle of the face in the film, in pixels."""
_NECK_PX = (300, 330)
"""From the chin to the shoulders."""

Linear = NDArray[np.float32]


class Subject(StrEnum):
    PERSON = "person"
    PHOTOGRAPH = "photograph"
    """The same face, printed: it moves as a hand does."""
    EMPTY_CHAIR = "empty-chair"


class Film(Struct, frozen=True, kw_only=True):
    """What is filmed and how; the pulse's strength is its peak-to-peak share of the green light."""

    subject: Subject = Subject.PERSON
    tone: str = "light"
    bpm: float = 72.0
    breaths_per_minute: float = 15.0
    chest_px: float = 0.0
    """How far the chest goes up and down with each breath, either way; a photograph's goes nowhere."""
    jitter: float = 0.03
    strength: float = 0.01
    sway_px: float = 0.6
    nods_px: float = 0.0
    light: float = 1.0
    flicker: float = 0.0
    """Share of the light that the mains take away, seen at `flicker_hz` by this camera."""
    flicker_hz: float = 1.4
    noise: float = 1.0
    jpeg_quality: int = 0
    """Of each frame, as a webcam's MJPEG; 0 for raw."""
    h264_bits_per_s: int = 0
    """Of the whole film, as a call sends it; 0 for raw."""
    rate_hz: float = 30.0
    lasts_s: float = 30.0
    seed: int = 1


def beats(film: Film) -> NDArray[np.float64]:
    """The instants of the heart's beats in seconds; each interval differs from the mean by `jitter`."""
    random = np.random.default_rng(film.seed)
    count = int(film.lasts_s * film.bpm / 60 * 1.5) + 8
    breathing = 1 + 0.5 * film.jitter * np.sin(2 * np.pi * film.breaths_per_minute / film.bpm * np.arange(count))
    intervals_s = 60 / film.bpm * breathing * random.normal(1, film.jitter, count).clip(0.7, 1.3)
    return np.cumsum(intervals_s) - intervals_s[0]


def true_bpm(film: Film) -> float:
    """By the whole beats within the film."""
    within = beats(film)
    within = within[within < film.lasts_s]
    return 60 * (len(within) - 1) / (within[-1] - within[0])


def times_s(film: Film) -> NDArray[np.float64]:
    return np.arange(round(film.lasts_s * film.rate_hz)) / film.rate_hz


def frames(film: Film) -> Iterator[Pixels]:
    """Blue, green, red, 480 x 640, one for each of `times_s`."""
    shown = _frames(film)
    return through_h264(shown, film.rate_hz, film.h264_bits_per_s) if film.h264_bits_per_s else shown


def _frames(film: Film) -> Iterator[Pixels]:
    random = np.random.default_rng(film.seed + 1)
    scene, perfusion = _scene(film.tone, film.subject)
    at_s = times_s(film)
    pulse = _pulse(film, at_s) if film.subject is Subject.PERSON else np.zeros(len(at_s))
    blood = (_BLOOD[::-1] * _STRENGTH[film.tone] * film.strength).astype(np.float32)
    moves = _moves(film, at_s)
    rows = np.arange(HEIGHT_PX, dtype=np.float32)[:, None, None] / HEIGHT_PX
    for index, time_s in enumerate(at_s):
        # More blood swallows more light.
        bloodless = 1 - (perfusion * np.float32(pulse[index]))[:, :, None] * blood
        breathing = np.asarray(scene * bloodless, np.float32)
        if film.chest_px and film.subject is Subject.PERSON:
            breath = np.sin(2 * np.pi * film.breaths_per_minute / 60 * time_s)
            breathing = _breathed(breathing, film.chest_px * float(breath))
        picture = _moved(breathing, moves[index])
        # A rolling shutter reads one row after the other: the mains' phase turns once from top to bottom.
        phase = 2 * np.pi * (film.flicker_hz * time_s + rows)
        light = np.float32(film.light) * (1 - np.float32(film.flicker) * (0.5 + 0.5 * np.cos(phase)))
        yield _exposed(picture * light, film, random)


def through_h264(shown: Iterable[Pixels], rate_hz: float, bits_per_s: int) -> Iterator[Pixels]:
    """The frames as they come out of libx264, with the presets of a live call."""
    encoder: Any = av.CodecContext.create("libx264", "w")
    decoder: Any = av.CodecContext.create("h264", "r")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
    encoder.bit_rate, encoder.time_base = bits_per_s, Fraction(1, round(rate_hz))
    encoder.options = {"preset": "veryfast", "tune": "zerolatency"}

    def decoded(packets: Iterable[Any]) -> Iterator[Pixels]:
        for packet in packets:
            for frame in decoder.decode(packet):
                yield frame.to_ndarray(format="bgr24")

    for index, pixels in enumerate(shown):
        frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
        frame.pts = index
        yield from decoded(encoder.encode(frame))
    yield from decoded(encoder.encode(None))
    yield from decoded([None])


def _pulse(film: Film, at_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """From 0 to about 1: a fast rise, a slow fall and a second, smaller wave, in each beat."""
    instants = beats(film)
    beat = np.searchsorted(instants, at_s, side="right") - 1
    phase = (at_s - instants[beat]) / (instants[beat + 1] - instants[beat])
    wave = np.exp(-((phase - 0.22) ** 2) / 0.016) + 0.38 * np.exp(-((phase - 0.52) ** 2) / 0.02)
    return np.asarray(wave / 1.02, np.float64)


def _moves(film: Film, at_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The head's place against its mean, in pixels, right and down, for each frame."""
    random = np.random.default_rng(film.seed + 2)
    right, down = np.zeros(len(at_s)), np.zeros(len(at_s))
    for frequency_hz in (0.07, 0.13, 0.21, 0.34):
        right += np.sin(2 * np.pi * (frequency_hz * at_s + random.random()))
        down += 0.6 * np.sin(2 * np.pi * (frequency_hz * at_s + random.random()))
    down += np.sin(2 * np.pi * film.breaths_per_minute / 60 * at_s)
    nods = film.nods_px * np.sin(2 * np.pi * 0.45 * at_s) * np.sin(2 * np.pi * 0.05 * at_s)
    return np.stack([film.sway_px * right + nods, film.sway_px * down + 0.5 * nods], axis=1)


def _breathed(picture: Linear, down_px: float) -> Linear:
    """The picture with everything below the neck moved, and the neck drawn out in between."""
    rows = np.arange(HEIGHT_PX, dtype=np.float32)
    from_rows = rows - down_px * np.clip((rows - _NECK_PX[0]) / (_NECK_PX[1] - _NECK_PX[0]), 0, 1)
    columns = np.arange(WIDTH_PX, dtype=np.float32)
    x, y = np.meshgrid(columns, from_rows.astype(np.float32))
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _moved(picture: Linear, move: NDArray[np.float64]) -> Linear:
    """The picture moved as a whole, with the shading that turning to the light brings."""
    shift = np.array([[1, 0, move[0]], [0, 1, move[1]]], np.float32)
    turned = picture * np.float32(1 + 0.002 * move[0])
    size = (WIDTH_PX, HEIGHT_PX)
    return np.asarray(
        cv2.warpAffine(turned, shift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _exposed(light: Linear, film: Film, random: np.random.Generator) -> Pixels:
    """Shot and read noise on the linear light, the sRGB tone curve, eight bits, and JPEG where the camera sends it."""
    # About 10,000 electrons at full scale and 6 of read noise: a small sensor (EMVA 1288 reports of such).
    deviation = film.noise * np.sqrt(np.maximum(light, 0) / 10_000 + (6 / 10_000) ** 2)
    noisy = light + deviation * _grain(random)
    steps = (np.clip(noisy, 0, 1) * 4095).astype(np.uint16)
    pixels = _tone_curve()[steps]
    if not film.jpeg_quality:
        return pixels
    sent = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, film.jpeg_quality])[1]
    return np.asarray(cv2.imdecode(sent, cv2.IMREAD_COLOR), np.uint8)


def _grain(random: np.random.Generator) -> Linear:
    """Another piece of one long noise for each frame: drawing every value anew took half of the time."""
    values = WIDTH_PX * HEIGHT_PX * 3
    start = random.integers(values)
    return _noise()[start : start + values].reshape(HEIGHT_PX, WIDTH_PX, 3)


@cache
def _noise() -> Linear:
    return np.random.default_rng(3).standard_normal(2 * WIDTH_PX * HEIGHT_PX * 3, dtype=np.float32)


@cache
def _tone_curve() -> Pixels:
    linear = np.arange(4096) / 4095
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * curve), np.uint8)


@cache
def _scene(tone: str, subject: Subject) -> tuple[Linear, Linear]:
    """The scene in linear light, and how much blood is under it (0 to 1)."""
    zoomed = cv2.resize(PORTRAIT, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_CUBIC)
    cut = np.asarray(zoomed[_TOP_PX : _TOP_PX + HEIGHT_PX, _LEFT_PX : _LEFT_PX + WIDTH_PX], np.uint8)
    encoded = cut.astype(np.float32) / 255
    light = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    linear = np.asarray(light, np.float32) * np.float32(0.8) + np.float32(0.01)
    if subject is Subject.EMPTY_CHAIR:
        wall = np.asarray(cv2.GaussianBlur(linear, (0, 0), 60), np.float32)
        return wall, np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    skin = _skin(cut)
    albedo = np.asarray(_ALBEDO[tone][::-1], np.float32)
    toned = linear * (1 + skin[:, :, None] * (albedo - 1))
    noise = np.random.default_rng(5).standard_normal((HEIGHT_PX // 8, WIDTH_PX // 8)).astype(np.float32)
    patches = cv2.resize(cv2.GaussianBlur(noise, (0, 0), 1.5), (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    perfusion = skin * np.clip(0.75 + 0.6 * patches, 0.3, 1.2)
    return np.asarray(toned, np.float32), np.asarray(perfusion, np.float32)


def _skin(pixels: Pixels) -> Linear:
    """Where the picture has the colour of skin (Chai and Ngan, IEEE TCSVT 9(4), 1999), soft at its edge."""
    luma_red_blue = cv2.cvtColor(pixels, cv2.COLOR_BGR2YCrCb)
    is_skin = cv2.inRange(luma_red_blue, np.array((40, 133, 77)), np.array((255, 178, 130))).astype(np.float32) / 255
    near = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    cv2.ellipse(near, _FACE, (85, 115), 0, 0, 360, 1.0, -1)
    cv2.ellipse(near, (_FACE[0], _FACE[1] + 130), (70, 60), 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(is_skin * near, (0, 0), 3), np.float32)

"""Compares two photographs of one site as a job of the sandbox: bytes in, outlines, measures and change out."""

from collections.abc import Callable

import cv2
import msgspec
import numpy as np
from msgspec import Struct
from numpy import ma

from imaging.colour import Pixels
from imaging.compare import VERSION as REGISTRATION_VERSION
from imaging.compare import NotRegistered, Registration, register
from imaging.followup_thresholds import FOLLOWUP
from imaging.growth import AreaChange, NoChange, border_px_of, compare_areas
from imaging.lesion_measures import VERSION as MEASURES_VERSION
from imaging.lesion_measures import LesionMeasures, measure_lesion
from imaging.outline import Outline, outline_of
from imaging.refusals import PhotoRefused, Refusal
from imaging.segment import VERSION as OUTLINE_VERSION
from imaging.segment import NoOutline, Proposal, propose_outline

# NumPy would import it on first use (`median`), which in a child without files is too late.
IMPORTED_BEFOREHAND = (ma,)
VERSION = f"{OUTLINE_VERSION};{REGISTRATION_VERSION};{MEASURES_VERSION};{FOLLOWUP.version}"
_HAND_PX = 1.5
"""How far a hand on a screen may lie beside a border, in pixels of a picture 1024 px wide (project's own figure)."""


class ComparisonOptions(Struct, frozen=True):
    """How many of the job's bytes are the earlier photograph, and outlines that a person drew (in shares of the
    picture's width and height), where there are some."""

    earlier_bytes: int
    earlier_points: tuple[tuple[float, float], ...] = ()
    later_points: tuple[tuple[float, float], ...] = ()


class OutlinedLesion(Struct, frozen=True):
    """The lesion in one photograph: corners in shares of the picture's width and height, or why there are none."""

    points: tuple[tuple[float, float], ...] = ()
    measures: LesionMeasures | None = None
    declined: str = ""


class Comparison(Struct, frozen=True):
    """What was found; `declined` says why the two could not be laid over each other or no change is measured."""

    version: str
    earlier: OutlinedLesion
    later: OutlinedLesion
    matrix: tuple[float, ...] = ()
    """Row by row, earlier to later, both in shares of their width and height."""
    confidence: float = 0.0
    residual_share: float = 0.0
    """Median distance after registration, as a share of the earlier picture's width."""
    change: AreaChange | None = None
    declined: str = ""


def compare_photographs(earlier: Pixels, later: Pixels, options: ComparisonOptions) -> Comparison:
    """Outline, register and measure two upright sRGB pictures."""
    first, second = _outline(earlier, options.earlier_points), _outline(later, options.later_points)
    registration = register(earlier, later, _wider(first), _wider(second))
    found = Comparison(VERSION, _lesion(earlier, first), _lesion(later, second))
    if isinstance(registration, NotRegistered):
        return msgspec.structs.replace(found, declined=registration.value)
    found = msgspec.structs.replace(
        found,
        matrix=_in_shares(registration, earlier, later),
        confidence=registration.confidence,
        residual_share=registration.residual_px / earlier.shape[1],
    )
    if isinstance(first, NoOutline) or isinstance(second, NoOutline):
        return found
    change = compare_areas(first, second, registration, border_px_of(earlier))
    if isinstance(change, NoChange):
        return msgspec.structs.replace(found, declined=change.value)
    return msgspec.structs.replace(found, change=change)


def followup_task(data: bytes, options: bytes, _read_complaints: Callable[[], bytes]) -> tuple[bytes, list[memoryview]]:
    """`compare_photographs` as the sandbox runs it, over two of the platform's own renditions."""
    cv2.setNumThreads(1)
    wanted = msgspec.json.decode(options, type=ComparisonOptions)
    pictures = [_decode(part) for part in (data[: wanted.earlier_bytes], data[wanted.earlier_bytes :])]
    return msgspec.json.encode(compare_photographs(pictures[0], pictures[1], wanted)), []


def _decode(data: bytes) -> Pixels:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if decoded is None:
        raise PhotoRefused(Refusal.DECODE_FAILED, "The photo cannot be read.", "a rendition")
    return np.asarray(decoded, np.uint8)


def _outline(pixels: Pixels, drawn: tuple[tuple[float, float], ...]) -> Proposal | NoOutline:
    return _by_hand(pixels, drawn) if drawn else propose_outline(pixels)


def _by_hand(pixels: Pixels, drawn: tuple[tuple[float, float], ...]) -> Proposal:
    """A drawn outline, with one on either side of it that is as far away as a hand is unsure."""
    points = np.array(drawn, np.float64) * _size(pixels)
    middle = points.mean(axis=0)
    away = float(np.hypot(*(points - middle).T).mean())
    share = _HAND_PX * pixels.shape[1] / 1024 / max(away, 1.0)
    wider, narrower = (outline_of(middle + (points - middle) * (1 + sign * share)) for sign in (1, -1))
    return Proposal(Outline(tuple((float(x), float(y)) for x, y in points)), wider, narrower, 0.0)


def _wider(outlined: Proposal | NoOutline) -> Outline | None:
    return None if isinstance(outlined, NoOutline) else outlined.wider


def _lesion(pixels: Pixels, outlined: Proposal | NoOutline) -> OutlinedLesion:
    if isinstance(outlined, NoOutline):
        return OutlinedLesion(declined=outlined.value)
    shares = outlined.outline.array / _size(pixels)
    points = tuple((round(float(x), 5), round(float(y), 5)) for x, y in shares)
    return OutlinedLesion(points, measure_lesion(pixels, outlined))


def _in_shares(registration: Registration, earlier: Pixels, later: Pixels) -> tuple[float, ...]:
    matrix = np.diag([1 / later.shape[1], 1 / later.shape[0], 1.0]) @ registration.homography
    matrix = matrix @ np.diag([float(earlier.shape[1]), float(earlier.shape[0]), 1.0])
    return tuple(float(v) for v in (matrix / matrix[2, 2]).ravel())


def _size(pixels: Pixels) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([pixels.shape[1], pixels.shape[0]], np.float64)

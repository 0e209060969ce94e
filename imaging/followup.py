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
from imaging.lesion_measures import LesionMeasures, Plane, measure_lesion
from imaging.outline import Outline, outline_of, transform
from imaging.refusals import PhotoRefused, Refusal
from imaging.segment import VERSION as OUTLINE_VERSION
from imaging.segment import NoOutline, Proposal, propose_outline

# NumPy would import it on first use (`median`), which in a child without files is too late.
IMPORTED_BEFOREHAND = (ma,)
VERSION = f"{OUTLINE_VERSION};{REGISTRATION_VERSION};{MEASURES_VERSION};{FOLLOWUP.version}"
_HAND_PX = 1.5
"""How far a hand on a screen may lie beside a border, in pixels of a picture 1024 px wide (project's own figure)."""


class CardScale(Struct, frozen=True):
    """From pixels of the upright full-size photograph to millimetres on a card's plane; holds within its reach."""

    homography: tuple[float, ...]
    relative_error: float
    reach_mm: float
    card_width_mm: float
    card_height_mm: float
    width_px: int
    height_px: int

    def plane_for(self, pixels: Pixels, outlined: Proposal) -> Plane | None:
        """The scale for a reduction of the photograph; None where the lesion lies out of the card's reach."""
        share = self.width_px / pixels.shape[1], self.height_px / pixels.shape[0]
        to_full = np.array([[share[0], 0, (share[0] - 1) / 2], [0, share[1], (share[1] - 1) / 2], [0, 0, 1]])
        matrix = np.array(self.homography, np.float64).reshape(3, 3) @ to_full
        corners = outlined.wider.array
        if (np.column_stack([corners, np.ones(len(corners))]) @ matrix[2] <= 0).any():
            return None
        beyond = np.abs(transform(corners, matrix) - self._middle_mm) - self._middle_mm
        return Plane(matrix, self.relative_error) if bool((beyond <= self.reach_mm).all()) else None

    @property
    def _middle_mm(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([self.card_width_mm / 2, self.card_height_mm / 2])


class ComparisonOptions(Struct, frozen=True):
    """How many of the job's bytes are the earlier photograph, and outlines that a person drew (in shares of the
    picture's width and height), where there are some."""

    earlier_bytes: int
    earlier_points: tuple[tuple[float, float], ...] = ()
    later_points: tuple[tuple[float, float], ...] = ()
    earlier_scale: CardScale | None = None
    later_scale: CardScale | None = None


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
    found = Comparison(
        VERSION, _lesion(earlier, first, options.earlier_scale), _lesion(later, second, options.later_scale)
    )
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


def _lesion(pixels: Pixels, outlined: Proposal | NoOutline, scale: CardScale | None) -> OutlinedLesion:
    if isinstance(outlined, NoOutline):
        return OutlinedLesion(declined=outlined.value)
    shares = outlined.outline.array / _size(pixels)
    points = tuple((round(float(x), 5), round(float(y), 5)) for x, y in shares)
    plane = None if scale is None else scale.plane_for(pixels, outlined)
    return OutlinedLesion(points, measure_lesion(pixels, outlined, plane))


def _in_shares(registration: Registration, earlier: Pixels, later: Pixels) -> tuple[float, ...]:
    matrix = np.diag([1 / later.shape[1], 1 / later.shape[0], 1.0]) @ registration.homography
    matrix = matrix @ np.diag([float(earlier.shape[1]), float(earlier.shape[0]), 1.0])
    return tuple(float(v) for v in (matrix / matrix[2, 2]).ravel())


def _size(pixels: Pixels) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([pixels.shape[1], pixels.shape[0]], np.float64)

"""What is printed on the card that gives scale and colour, and where, in millimetres from its top left corner.

Two strips of a chessboard, 2 squares by 7, whose white squares hold ArUco markers (4 by 4 bits), stand left and right;
between them are the patches, two markers that spell the batch, and a ruler. What is measured on the strips are the
points where four squares meet: a saddle of brightness stays in place when a lens blurs it, a marker's corner does not.
"""

from importlib.resources import files
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Rows of x and y."""

DICTIONARY = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_100)
MARKER_CELLS = 6
BATCHES = 100
_COLUMNS, _ROWS = 2, 7
_MARKERS_A_STRIP = _COLUMNS * _ROWS // 2
_TENS_ID, _UNITS_ID = 50, 60
# Of the credit-card size (ISO/IEC 7810 ID-1), in millimetres; the A4 card is the same, twice as large.
_CARD_MM = (85.6, 53.98)
_SQUARE_MM, _MARKER_MM = 7.0, 4.2
_STRIP_LEFT_MM, _STRIP_TOP_MM = 2.5, (53.98 - 49) / 2
_GRID_LEFT_MM, _GRID_TOP_MM, _PITCH_MM, _PATCH_MM = 21.2, 3.2, 7.4, 6.2
_GRID_COLUMNS, _GRID_ROWS = 6, 4
_BATCH_MARKER_MM, _BATCH_TOP_MM, _BATCH_LEFTS_MM = 5.4, 34.6, (21.2, 29.4)
_RULER_MM, _RULER_LEFT_MM, _RULER_TOP_MM = 40.0, 22.8, 44.0
# Paper stands in the corners of the grid; greys are spread, so that uneven light shows.
_GRID = (
    ("paper", "grey-1", "skin-1", "red", "grey-4", "paper"),
    ("skin-2", "yellow", "grey-6", "skin-5", "blue", "grey-2"),
    ("grey-5", "brown", "cyan", "grey-3", "pink", "skin-3"),
    ("paper", "skin-4", "green", "violet", "skin-6", "paper"),
)


class References(Struct, frozen=True, rename="camel"):
    """The versioned data file `data/card_references.json`: sRGB codes as printed, and how printing renders them."""

    version: str
    effective_date: str
    source: str
    ink_reflectance: float
    paper_reflectance: float
    patches: dict[str, tuple[int, int, int]]


REFERENCES = msgspec.json.decode(files("imaging").joinpath("data/card_references.json").read_bytes(), type=References)
"""Read at import, because a sandboxed child can open no file."""


class Box(NamedTuple):
    """A square or rectangle on the card, in millimetres."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float

    def corners(self) -> Points:
        """Clockwise from the top left."""
        right, bottom = self.left_mm + self.width_mm, self.top_mm + self.height_mm
        return np.array([[self.left_mm, self.top_mm], [right, self.top_mm], [right, bottom], [self.left_mm, bottom]])


class Patch(NamedTuple):
    """A coloured square: its name in the references (`paper` is left unprinted) and its place."""

    name: str
    box: Box


class CardLayout(Struct, frozen=True):
    """One size of the card; `times` is how much larger than a credit card it is, `first_id` its lowest marker."""

    kind: str
    times: float
    first_id: int

    @property
    def width_mm(self) -> float:
        return _CARD_MM[0] * self.times

    @property
    def height_mm(self) -> float:
        return _CARD_MM[1] * self.times

    @property
    def square_mm(self) -> float:
        return _SQUARE_MM * self.times

    @property
    def strips(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Top left corner of the left and the right strip."""
        right_mm = _CARD_MM[0] - _STRIP_LEFT_MM - _COLUMNS * _SQUARE_MM
        top_mm = _STRIP_TOP_MM * self.times
        return (_STRIP_LEFT_MM * self.times, top_mm), (right_mm * self.times, top_mm)

    def black_squares(self) -> list[Box]:
        return [box for (row, column), box in self._squares() if (row + column) % 2 == 0]

    def markers(self) -> dict[int, Box]:
        """Of the strips, by marker id: down the left one row by row, then the right one."""
        inset_mm, side_mm = (_SQUARE_MM - _MARKER_MM) / 2 * self.times, _MARKER_MM * self.times
        white = [box for (row, column), box in self._squares() if (row + column) % 2 == 1]
        return {
            self.first_id + i: Box(box.left_mm + inset_mm, box.top_mm + inset_mm, side_mm, side_mm)
            for i, box in enumerate(white)
        }

    def saddles(self) -> Points:
        """Where four squares meet: six on each strip."""
        side_mm = self.square_mm
        return np.array(
            [[left + side_mm, top + row * side_mm] for left, top in self.strips for row in range(1, _ROWS)], np.float64
        )

    def batch_markers(self, batch: int) -> dict[int, Box]:
        """The two markers that spell `batch` (0 to 99), by marker id."""
        return {
            identifier: self._scaled(left_mm, _BATCH_TOP_MM, _BATCH_MARKER_MM, _BATCH_MARKER_MM)
            for identifier, left_mm in zip(
                (_TENS_ID + batch // 10, _UNITS_ID + batch % 10), _BATCH_LEFTS_MM, strict=True
            )
        }

    def patches(self) -> list[Patch]:
        return [
            Patch(
                name,
                self._scaled(_GRID_LEFT_MM + column * _PITCH_MM, _GRID_TOP_MM + row * _PITCH_MM, _PATCH_MM, _PATCH_MM),
            )
            for row, names in enumerate(_GRID)
            for column, name in enumerate(names)
        ]

    @property
    def ruler(self) -> Box:
        """Its marks stand on the upper edge; it is as long as it says."""
        return self._scaled(_RULER_LEFT_MM, _RULER_TOP_MM, _RULER_MM, 4.0)

    def _squares(self) -> list[tuple[tuple[int, int], Box]]:
        side_mm = self.square_mm
        return [
            ((row, column), Box(left + column * side_mm, top + row * side_mm, side_mm, side_mm))
            for left, top in self.strips
            for row in range(_ROWS)
            for column in range(_COLUMNS)
        ]

    def _scaled(self, *values_mm: float) -> Box:
        return Box(*(value_mm * self.times for value_mm in values_mm))


LAYOUTS = {
    layout.kind: layout for layout in (CardLayout("credit-card", 1.0, 0), CardLayout("a4", 2.0, 2 * _MARKERS_A_STRIP))
}


def marker_cells(identifier: int) -> NDArray[np.bool_]:
    """Rows by columns of a marker's cells, its black border included; true is white."""
    return np.asarray(cv2.aruco.generateImageMarker(DICTIONARY, identifier, MARKER_CELLS), np.uint8) > 127


def read_batch(identifiers: set[int]) -> int | None:
    """The batch that markers in view spell; absent where either digit is, or is there twice."""
    tens = [i - _TENS_ID for i in identifiers if _TENS_ID <= i < _TENS_ID + 10]
    units = [i - _UNITS_ID for i in identifiers if _UNITS_ID <= i < _UNITS_ID + 10]
    return 10 * tens[0] + units[0] if len(tens) == len(units) == 1 else None


def reference_reflectance(name: str) -> NDArray[np.float64]:
    """Linear sRGB (red green blue) of a patch as ordinary printing renders it; `paper` is the bare sheet."""
    code = np.array(REFERENCES.patches.get(name, (255, 255, 255)), np.float64) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)  # IEC 61966-2-1
    return REFERENCES.ink_reflectance + (REFERENCES.paper_reflectance - REFERENCES.ink_reflectance) * linear

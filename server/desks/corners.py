"""The corners of an outline as a form has them: one a line, across and down in per cent of the photograph."""

from collections.abc import Sequence

CORNERS_MIN, CORNERS_MAX = 3, 512
HANDLES = 20
"""Corners that a hand is given to move: more are in each other's way."""
Corner = tuple[float, float]


def read_corners(text: str) -> tuple[Corner, ...] | None:
    """Corners as shares (0 to 1); None for anything that is no outline: too few, outside, crossing itself."""
    try:
        rows = [tuple(float(word) / 100 for word in line.split()) for line in text.splitlines() if line.strip()]
    except ValueError:
        return None
    if not CORNERS_MIN <= len(rows) <= CORNERS_MAX or any(len(row) != 2 for row in rows):
        return None
    corners = tuple((row[0], row[1]) for row in rows)
    if any(not 0 <= value <= 1 for corner in corners for value in corner):
        return None
    return None if _crosses_itself(corners) else corners


def write_corners(corners: Sequence[Corner]) -> str:
    """What `read_corners` reads, with few enough corners to move by hand."""
    step = max(1, -(-len(corners) // HANDLES))
    return "\n".join(f"{x * 100:.2f} {y * 100:.2f}" for x, y in corners[::step])


def _crosses_itself(corners: Sequence[Corner]) -> bool:
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    return any(
        _cross(one, other)
        for n, one in enumerate(sides)
        for m, other in enumerate(sides[n + 2 :], start=n + 2)
        if (n, m) != (0, len(sides) - 1)
    )


def _cross(one: tuple[Corner, Corner], other: tuple[Corner, Corner]) -> bool:
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(p: Corner, q: Corner, r: Corner) -> float:
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

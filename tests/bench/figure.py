"""One measured value beside its floor of the same run."""

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`value` and `floor` are in `unit`; `ratio` is what `goal` speaks of, and `holds` says whether it is met."""

    name: str
    value: float
    unit: str
    floor: float
    ratio: float
    goal: str
    holds: bool


def at_most(name: str, value: float, floor: float, unit: str, goal: float) -> Figure:
    """A figure that holds while value / floor is at most `goal`."""
    ratio = value / floor
    return Figure(
        name=name, value=value, unit=unit, floor=floor, ratio=ratio, goal=f"value / floor ≤ {goal}", holds=ratio <= goal
    )


def at_least(name: str, value: float, floor: float, unit: str, goal: float) -> Figure:
    """A figure that holds while value / floor is at least `goal`."""
    ratio = value / floor
    return Figure(
        name=name, value=value, unit=unit, floor=floor, ratio=ratio, goal=f"value / floor ≥ {goal}", holds=ratio >= goal
    )


def bounded(name: str, value: float, floor: float, unit: str, goal: float) -> Figure:
    """A figure that holds while the value itself is at most `goal`; the floor is told for what it is worth."""
    return Figure(
        name=name,
        value=value,
        unit=unit,
        floor=floor,
        ratio=value / floor if floor else 0.0,
        goal=f"value ≤ {goal}",
        holds=value <= goal,
    )


def reached(name: str, value: float, floor: float, unit: str, goal: float) -> Figure:
    """A figure that holds while the value itself is at least `goal`; the floor is told for what it is worth."""
    return Figure(
        name=name,
        value=value,
        unit=unit,
        floor=floor,
        ratio=value / floor if floor else 0.0,
        goal=f"value ≥ {goal}",
        holds=value >= goal,
    )

"""Draws the life of a call as a diagram, from the state table and nothing else."""

from collections import defaultdict

from server.calls.lifecycle import OPEN, TABLE, Event, Status, Step
from server.core.access import Role

INTRODUCTION = """# The life of a call

Made from `server/calls/lifecycle.py` by `python -m server.calls.diagram`; a test holds both equal. Whoever may cause a
step stands in brackets; a step without brackets is taken by the platform itself. A kiosk counts as its clinic's worker.
"""


def draw() -> str:
    """The whole page."""
    return f"{INTRODUCTION}\n```mermaid\nstateDiagram-v2\n{_lines()}\n```\n"


def _lines() -> str:
    steps: dict[tuple[Status, Status], list[str]] = defaultdict(list)
    for (status, event), step in TABLE.items():
        steps[status, step.next].append(_label(event, step))
    arrows = [f"{start} --> {end}: {', '.join(labels)}" for (start, end), labels in steps.items()]
    ends = [f"{status} --> [*]" for status in Status if status not in OPEN]
    return "\n".join(f"    {line}" for line in (f"[*] --> {Status.ASKED}", *arrows, *ends))


def _label(event: Event, step: Step) -> str:
    roles = ", ".join(role for role in Role if role in step.roles)
    return f"{event} ({roles})" if roles else str(event)


if __name__ == "__main__":
    print(draw(), end="")  # noqa: T201 (the page goes to standard output)

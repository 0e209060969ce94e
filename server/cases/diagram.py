"""Draws the life of a case as a diagram, from the state table and nothing else."""

from collections import defaultdict

from server.cases.lifecycle import OPEN, TABLE, Event, Status, Step
from server.core.access import Role

INTRODUCTION = """# The life of a case

Made from `server/cases/lifecycle.py` by `python -m server.cases.diagram`; a test holds both equal. Whoever may cause a
step stands in brackets; a step without brackets is taken by the platform itself.
"""


def draw() -> str:
    """The whole page: every step between two statuses, and those that leave the status as it is."""
    return f"{INTRODUCTION}\n```mermaid\nstateDiagram-v2\n{_lines()}\n```\n"


def _lines() -> str:
    steps: dict[tuple[Status, Status], list[str]] = defaultdict(list)
    for (status, event), step in TABLE.items():
        steps[status, step.next].append(_label(event, step))
    arrows = [f"{_name(start)} --> {_name(end)}: {', '.join(labels)}" for (start, end), labels in steps.items()]
    ends = [f"{_name(status)} --> [*]" for status in Status if status not in OPEN and status is not Status.ANSWERED]
    named = [f'state "{status}" as {_name(status)}' for status in Status]
    return "\n".join(f"    {line}" for line in (*named, f"[*] --> {_name(Status.SUBMITTED)}", *arrows, *ends))


def _label(event: Event, step: Step) -> str:
    roles = ", ".join(role for role in Role if role in step.roles)
    return f"{event} ({roles})" if roles else str(event)


def _name(status: Status) -> str:
    return status.replace("-", "_")


if __name__ == "__main__":
    print(draw(), end="")  # noqa: T201 (the page goes to standard output)

"""A case's timeline as a page shows it: a call's interruptions are one line, however many; the trail keeps each."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from server.cases.service import CaseEvent

BROKEN, RESUMED, OVER = "call-interrupted", "call-resumed", "call-ended"
OF_CALLS = "call-"


class Line(Struct, kw_only=True):
    event: str
    at: datetime
    actor_id: UUID
    times: int = 0
    """How often the call was interrupted; 0 on every other line."""
    lasted: timedelta = timedelta()
    """All its interruptions together."""


def lines_of(timeline: Iterable[CaseEvent], now: datetime) -> list[Line]:
    """In the order of the timeline; a call that is interrupted still is so until `now`."""
    lines: list[Line] = []
    broken: Line | None = None
    since: datetime | None = None
    for event in timeline:
        if broken and since and event.event.startswith(OF_CALLS):
            broken.lasted += event.recorded_at - since
            since = None
        if event.event == BROKEN:
            if broken is None:
                broken = _line(event)
                lines.append(broken)
            broken.times += 1
            since = event.recorded_at
        elif event.event != RESUMED:
            lines.append(_line(event))
            broken = None if event.event == OVER else broken
    if broken and since:
        broken.lasted += now - since
    return lines


def _line(event: CaseEvent) -> Line:
    return Line(event=event.event, at=event.recorded_at, actor_id=event.actor_id)

"""Renders the pages; every value is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kiosk.faults import KioskFault
from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply

HERE = Path(__file__).parent
STEPS = ("Patient", "About", "Where", "Questions", "Photos", "Vitals", "Review")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(desk: Desk, template: str, *, status: int = 200, **values: Any) -> Reply:
    session = desk.session
    text = (
        _environment()
        .get_template(template)
        .render(
            proof=session.proof if session else "",
            worker=session.worker.name if session else "",
            link=desk.link(),
            idle_s=desk.settings.idle_wipe_s,
            steps=STEPS,
            draft=desk.draft,
            **values,
        )
    )
    return Reply(status=status, body=text.encode())


def fault_page(desk: Desk, fault: KioskFault) -> Reply:
    return page(desk, "fault.html", status=507, fault=fault)


@cache
def stylesheet() -> bytes:
    """All of it as one file, in the order of the files' names."""
    return b"".join(path.read_bytes() for path in sorted((HERE / "static").glob("*.css")))

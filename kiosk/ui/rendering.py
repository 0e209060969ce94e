"""Renders the pages in the screen's language; every value is escaped."""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kiosk.faults import KioskFault
from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply
from kiosk.ui.language import catalogues, date_in, day_in, direction, languages, said, time_in
from kiosk.words import N_

HERE = Path(__file__).parent
STEPS = (N_("Patient"), N_("About"), N_("Where"), N_("Questions"), N_("Photos"), N_("Vitals"), N_("Review"))
LIVE = "<!--live-->"
"""Where what is told while the page is open goes: the page is sent up to here, and its end when that has ended."""


@cache
def environment(language: str, zone: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(  # pyright: ignore[reportAttributeAccessIssue]  (the extension adds it)
        catalogues()[language], newstyle=True
    )
    made.filters["said"] = partial(said, language=language)
    made.filters["date"] = partial(date_in, language=language)
    made.filters["clock"] = partial(time_in, zone=zone, language=language)
    made.filters["day"] = partial(day_in, zone=zone, language=language)
    return made


def page(desk: Desk, template: str, *, status: int = 200, **values: Any) -> Reply:
    session = desk.session
    text = render(
        desk,
        template,
        proof=session.proof if session else "",
        worker=session.worker.name if session else "",
        link=desk.link(),
        idle_s=desk.settings.idle_wipe_s,
        steps=STEPS,
        draft=desk.draft,
        phone=desk.phone.handoff.state if desk.phone else None,
        language=desk.language,
        direction=direction(desk.language),
        languages=languages(),
        **values,
    )
    return Reply(status=status, body=text.encode())


def live_page(desk: Desk, template: str, told: Iterator[str], **values: Any) -> Reply:
    """A page that goes on telling without script: each piece of HTML takes the place of the one before."""
    reply = page(desk, template, **values)
    begin, _, end = reply.body.decode().partition(LIVE)

    def stream() -> Iterator[bytes]:
        for each in told:
            yield each.encode()
        yield end.encode()

    return reply._replace(body=begin.encode(), stream=stream())


def render(desk: Desk, template: str, **values: Any) -> str:
    return environment(desk.language, desk.settings.zone).get_template(template).render(**values)


def fault_page(desk: Desk, fault: KioskFault) -> Reply:
    return page(desk, "fault.html", status=507, fault=fault)


@cache
def stylesheet() -> bytes:
    """All of it as one file, in the order of the files' names."""
    return b"".join(path.read_bytes() for path in sorted((HERE / "static").glob("*.css")))

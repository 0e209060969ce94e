"""The screen's addresses: which page answers what, and that nobody sees one without having signed in."""

import secrets
from collections.abc import Callable, Mapping

from kiosk.faults import KioskFault
from kiosk.ui import (
    pages_call,
    pages_devices,
    pages_joining,
    pages_kept,
    pages_machine,
    pages_patient,
    pages_phone,
    pages_photos,
    pages_pulse,
    pages_sign_in,
    pages_talk,
    pages_visit,
    pages_vitals,
)
from kiosk.ui.desk import Desk
from kiosk.ui.http import Answer, Reply, Request, see_other
from kiosk.ui.live import UNTOUCHED
from kiosk.ui.rendering import fault_page, page, stylesheet

COOKIE = "kiosk"
STYLESHEET = "/kiosk.css"

Page = Callable[[Desk, Request], Reply]
OPEN: Mapping[tuple[str, str], Page] = {**pages_sign_in.OPEN, **pages_joining.OPEN, **pages_machine.OPEN}
PAGES: Mapping[tuple[str, str], Page] = {
    **pages_sign_in.PAGES,
    **pages_patient.PAGES,
    **pages_visit.PAGES,
    **pages_photos.PAGES,
    **pages_phone.PAGES,
    **pages_vitals.PAGES,
    **pages_pulse.PAGES,
    **pages_devices.PAGES,
    **pages_kept.PAGES,
    **pages_machine.PAGES,
    **pages_call.PAGES,
    **pages_talk.PAGES,
}
UNLOCKED = frozenset({"/camera", "/call/picture"})
"""A stream lasts: it holds nothing that others wait for."""
BY_ITSELF = frozenset({"/line"})
"""What the screen asks without anybody touching it keeps nobody signed in."""


def create_app(desk: Desk) -> Answer:
    def answer(request: Request) -> Reply:
        if request.path == STYLESHEET:
            return Reply(body=stylesheet(), content_type="text/css; charset=utf-8")
        if request.path in UNLOCKED:
            with desk.lock:
                is_in = desk.session_of(request.cookies.get(COOKIE, "")) is not None
            return PAGES[("GET", request.path)](desk, request) if is_in else Reply(status=403)
        with desk.lock:
            if desk.is_resting and (request.method, request.path) not in pages_machine.OPEN:
                return page(desk, "resting.html")
            return _answer(desk, request)

    return answer


def _answer(desk: Desk, request: Request) -> Reply:
    key = (request.method, request.path)
    if key in OPEN:
        return OPEN[key](desk, request)
    is_touch = request.path not in BY_ITSELF and UNTOUCHED not in request.query
    session = desk.session_of(request.cookies.get(COOKIE, ""), is_touch=is_touch)
    if session is None:
        return Reply(status=204) if request.path in BY_ITSELF else see_other("/")
    if request.method == "POST" and not secrets.compare_digest(request.one("proof"), session.proof):
        return see_other("/home")
    handler = PAGES.get(key)
    if handler is None:
        return see_other("/home")
    try:
        return handler(desk, request)
    except KioskFault as fault:
        return fault_page(desk, fault)

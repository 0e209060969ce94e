"""A worker who is new here: a code to take a place with their own account, then a PIN of their choice."""

import segno

from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.joining import Joining, JoiningState
from kiosk.ui.live import tell
from kiosk.ui.rendering import live_page, page, render
from kiosk.ui.workers import PIN_DIGITS, PinRefused, Place
from kiosk.words import N_

WHY_NOT = {
    JoiningState.NO_LINK: N_("The server cannot be reached now. A worker is added while there is a link."),
    JoiningState.REFUSED: N_("The server does not let this kiosk in. Tell your administrator."),
    JoiningState.OVER: N_("The time of this code is over. Nothing was changed; show a new one."),
}
ON_THE_WAY = frozenset({JoiningState.ASKING, JoiningState.SHOWN})


def show(desk: Desk, _: Request) -> Reply:
    joining = desk.joining
    if joining is None:
        return page(desk, "worker.html")
    state = joining.state
    if state in ON_THE_WAY:
        picture = segno.make_qr(joining.asked.link, error="m") if joining.asked else None
        return live_page(
            desk,
            "worker_code.html",
            tell(desk, lambda: _while(desk, joining, state)),
            asked=joining.asked,
            picture=picture.svg_inline(omitsize=True, light="#fff", svgclass="qr") if picture else "",
        )
    if state is JoiningState.TAKEN:
        return _pin(desk, joining, "")
    return page(desk, "worker_over.html", why=WHY_NOT[state])


def _while(desk: Desk, joining: Joining, state: JoiningState) -> str | None:
    if desk.joining is not joining or joining.state is not state:
        return None
    return render(desk, "_worker_code.html", state=state, seconds=joining.seconds_left)


def begin(desk: Desk, _: Request) -> Reply:
    desk.stop_joining()
    desk.joining = Joining(desk.clinic)
    desk.joining.begin()
    return see_other("/worker")


def stop(desk: Desk, _: Request) -> Reply:
    desk.stop_joining()
    return see_other("/")


def choose_pin(desk: Desk, request: Request) -> Reply:
    """From now on the worker signs in here; whoever had forgotten their PIN has a new one."""
    joining = desk.joining
    if joining is None or joining.state is not JoiningState.TAKEN or not (joining.asked and joining.answer):
        return see_other("/worker")
    if request.one("pin") != request.one("again"):
        return _pin(desk, joining, N_("The two are not the same. Type your PIN twice."))
    place = Place(joining.asked.place_id, joining.key)
    try:
        worker = desk.workers.add(joining.answer.name, request.one("pin"), joining.answer.person_id, place)
    except PinRefused:
        return _pin(desk, joining, N_("A PIN has 6 to 12 digits."))
    desk.stop_joining()
    return see_other(f"/pin?worker={worker.worker_id}")


def _pin(desk: Desk, joining: Joining, wrong: str) -> Reply:
    name = joining.answer.name if joining.answer else ""
    return page(desk, "worker_pin.html", status=422 if wrong else 200, name=name, wrong=wrong, digits=PIN_DIGITS)


OPEN = {
    ("GET", "/worker"): show,
    ("POST", "/worker/code"): begin,
    ("POST", "/worker/pin"): choose_pin,
    ("POST", "/worker/stop"): stop,
}

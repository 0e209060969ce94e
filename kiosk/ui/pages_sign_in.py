"""Signing in and out, and the first page."""

from uuid import UUID

from kiosk.spool.model import EntryState
from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.rendering import page

COOKIE_NAME = "kiosk"
COOKIE = "kiosk=%s; HttpOnly; SameSite=Strict; Path=/"


def show_names(desk: Desk, request: Request) -> Reply:
    """Not in the middle of a call: whoever talks has touched nothing for long, and has not gone."""
    if desk.session_of(request.cookies.get(COOKIE_NAME, "")) and desk.calls.look().is_under_way:
        return see_other("/call")
    return page(desk, "names.html", workers=desk.workers.all(), may_join=not desk.settings.demo_person)


def show_pin(desk: Desk, request: Request) -> Reply:
    return _pin(desk, request.asked("worker"))


def _pin(desk: Desk, worker_id: str, wrong: bool = False) -> Reply:
    worker = next((each for each in desk.workers.all() if str(each.worker_id) == worker_id), None)
    if worker is None:
        return see_other("/")
    locked_s = desk.workers.seconds_locked(worker.worker_id)
    status = 422 if wrong else 200
    return page(desk, "pin.html", status=status, who=worker, wrong=wrong, locked_min=-(-locked_s // 60))


def sign_in(desk: Desk, request: Request) -> Reply:
    typed = request.one("worker")
    try:
        worker = desk.workers.check(UUID(typed), request.one("pin"))
    except ValueError:
        return see_other("/")
    if worker is None:
        return _pin(desk, typed, wrong=True)
    session = desk.sign_in(worker, request.one("pin"))
    return see_other("/home", ("Set-Cookie", COOKIE % session.token))


def sign_out(desk: Desk, _: Request) -> Reply:
    desk.sign_out()
    return see_other("/", ("Set-Cookie", COOKIE % "" + "; Max-Age=0"))


def show_home(desk: Desk, _: Request) -> Reply:
    standings = desk.spool.standings()
    waiting = sum(each.state is EntryState.WAITING for each in standings)
    came_back = sum(each.state in {EntryState.REFUSED, EntryState.DAMAGED} for each in standings)
    return page(desk, "home.html", waiting=waiting, came_back=came_back, known=len(desk.known))


def choose_language(desk: Desk, request: Request) -> Reply:
    """Before anybody has signed in; a worker's own choice is remembered for them (`speak`)."""
    if desk.session is None:
        desk.speak(request.one("language"))
    return see_other("/")


def speak(desk: Desk, request: Request) -> Reply:
    desk.speak(request.one("language"))
    return see_other("/home")


OPEN = {
    ("GET", "/"): show_names,
    ("GET", "/pin"): show_pin,
    ("POST", "/sign-in"): sign_in,
    ("POST", "/language"): choose_language,
}
PAGES = {("GET", "/home"): show_home, ("POST", "/sign-out"): sign_out, ("POST", "/speak"): speak}

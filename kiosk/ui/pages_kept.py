"""After the visit: kept, the next patient, what waits and what came back, and the stick."""

from pathlib import Path
from uuid import UUID

from kiosk.faults import KioskFault
from kiosk.spool.model import EntryState
from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.rendering import page
from kiosk.uplink.bundle import export_bundle


class NoStick(KioskFault):
    code = "no-stick"
    title = "No USB stick is in the kiosk"
    kept = "Everything that waits stays in the kiosk."
    next_step = "Put a stick in, wait a moment, and press again."


def show_kept(desk: Desk, _: Request) -> Reply:
    return page(desk, "kept.html", kept=desk.kept) if desk.kept else see_other("/home")


def next_patient(desk: Desk, _: Request) -> Reply:
    desk.wipe()
    return see_other("/patient")


def abandon(desk: Desk, _: Request) -> Reply:
    desk.wipe()
    return see_other("/home")


def show_waiting(desk: Desk, _: Request) -> Reply:
    return _waiting(desk)


def _waiting(desk: Desk, exported: tuple[Path, int] | None = None, *, is_nothing: bool = False) -> Reply:
    """With what became of taking away, where that was asked."""
    standings = desk.spool.standings()
    came_back = [each for each in standings if each.state in {EntryState.REFUSED, EntryState.DAMAGED}]
    waiting = [each for each in standings if each.state is EntryState.WAITING]
    sent = [each for each in standings if each.state is EntryState.SENT]
    return page(
        desk,
        "waiting.html",
        came_back=came_back,
        waiting=waiting,
        sent=sent[-20:][::-1],
        exported=exported,
        is_nothing=is_nothing,
    )


def send_now(desk: Desk, _: Request) -> Reply:
    desk.wake_uplink()
    return see_other("/waiting")


def try_again(desk: Desk, request: Request) -> Reply:
    desk.spool.try_again(UUID(request.one("case")))
    desk.wake_uplink()
    return see_other("/waiting")


def export(desk: Desk, _: Request) -> Reply:
    """Everything that waits, still sealed, on the stick; it stays here until a receipt holds it."""
    exported = export_bundle(desk.spool, _stick(Path(desk.settings.sticks)))
    return _waiting(desk, exported, is_nothing=exported is None)


def _stick(sticks: Path) -> Path:
    """The folder of the stick that is in; NoStick."""
    found = sorted(path for path in sticks.iterdir() if path.is_dir()) if sticks.is_dir() else []
    if not found:
        raise NoStick
    return found[0]


PAGES = {
    ("GET", "/kept"): show_kept,
    ("POST", "/next"): next_patient,
    ("POST", "/abandon"): abandon,
    ("GET", "/waiting"): show_waiting,
    ("POST", "/waiting/send"): send_now,
    ("POST", "/waiting/again"): try_again,
    ("POST", "/waiting/export"): export,
}

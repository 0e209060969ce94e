"""About this kiosk: its program, the last update and why one was taken back; and its rest while one is put in."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.fleet.health import program_version
from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply, Request
from kiosk.ui.rendering import page
from kiosk.update.ailments import Ailment
from kiosk.update.launching import BUSY, REST_PATH
from kiosk.update.slots import Program
from kiosk.update.state import Phase

UNDER_WAY = {
    Phase.IDLE: "",
    Phase.INSTALLING: "is being prepared. Work goes on.",
    Phase.READY: "is ready. It starts when nobody is signed in.",
    Phase.TRYING: "runs on trial. If it is not well, the version before comes back by itself.",
}
REASONS: Mapping[str, str] = {
    Ailment.NO_START: "its program does not start",
    Ailment.ENDED: "its program ended by itself",
    Ailment.SPOOL: "it could not read the cases that are kept here",
    Ailment.CAMERA: "its camera’s program did not answer",
    Ailment.SCREEN: "its screen did not answer",
    Ailment.HEARTBEAT: "the server did not take its report",
    Ailment.STARTS: "the kiosk was started again and again while it was tried",
    Ailment.INSTALL: "it could not be installed on this machine",
}
TROUBLES: Mapping[str, str] = {
    "untrusted": (
        "What came was not signed by keys that this kiosk believes, or is older than what it saw. None of it was used."
    ),
    "too-old": "What came was signed too long ago. A newer copy is needed.",
    "no-root": "This kiosk has not met its server yet, and so does not know whose updates to believe.",
    "not-there": "The version that is wanted is not with the server.",
    "older": "The version that is wanted is older than the one that runs.",
    "clock": "This kiosk’s clock is wrong by more than a day.",
    "held-back": "It waits for the settings of the link: the day’s budget, quiet hours or a metered link.",
    "server-busy": "The server is busy. The kiosk asks again by itself.",
    "no-link": "It did not come through the link. The kiosk goes on where it ended.",
    "no-room": "There is no room for it on the disk.",
    "read-only": "The disk takes nothing any more. Call for service.",
}


def show_machine(desk: Desk, _: Request) -> Reply:
    state = Program(desk.folder).load()
    return page(
        desk,
        "machine.html",
        version=program_version() or "unknown",
        slot=state.current.upper(),
        wanted=state.wanted.version if state.wanted else "",
        under_way=UNDER_WAY[state.phase],
        outcome=state.outcome,
        reason=REASONS.get(state.outcome.reason, state.outcome.reason) if state.outcome else "",
        ended=_told(state.ended_at, desk.settings.zone) if state.ended_at else "",
        trouble=TROUBLES.get(state.trouble, state.trouble),
        zone=desk.settings.zone,
    )


def rest(desk: Desk, _: Request) -> Reply:
    """Asked by the launcher. It tells nobody anything but whether somebody works, and only on this machine."""
    return Reply(status=204 if desk.rest() else BUSY)


def _told(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}"


OPEN = {("POST", REST_PATH): rest}
PAGES = {("GET", "/machine"): show_machine}

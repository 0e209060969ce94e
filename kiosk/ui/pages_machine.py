"""About this kiosk: its program, the last update and why one was taken back; and its rest while one is put in."""

from collections.abc import Mapping

from kiosk.fleet.health import program_version
from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply, Request
from kiosk.ui.rendering import page
from kiosk.update.ailments import Ailment
from kiosk.update.launching import BUSY, REST_PATH
from kiosk.update.slots import Program
from kiosk.words import N_

REASONS: Mapping[str, str] = {
    Ailment.NO_START: N_("its program does not start"),
    Ailment.ENDED: N_("its program ended by itself"),
    Ailment.SPOOL: N_("it could not read the cases that are kept here"),
    Ailment.CAMERA: N_("its camera’s program did not answer"),
    Ailment.SCREEN: N_("its screen did not answer"),
    Ailment.HEARTBEAT: N_("the server did not take its report"),
    Ailment.STARTS: N_("the kiosk was started again and again while it was tried"),
    Ailment.INSTALL: N_("it could not be installed on this machine"),
}
TROUBLES: Mapping[str, str] = {
    "untrusted": N_(
        "What came was not signed by keys that this kiosk believes, or is older than what it saw. None of it was used."
    ),
    "too-old": N_("What came was signed too long ago. A newer copy is needed."),
    "no-root": N_("This kiosk has not met its server yet, and so does not know whose updates to believe."),
    "not-there": N_("The version that is wanted is not with the server."),
    "older": N_("The version that is wanted is older than the one that runs."),
    "clock": N_("This kiosk’s clock is wrong by more than a day."),
    "held-back": N_("It waits for the settings of the link: the day’s budget, quiet hours or a metered link."),
    "server-busy": N_("The server is busy. The kiosk asks again by itself."),
    "no-link": N_("It did not come through the link. The kiosk goes on where it ended."),
    "no-room": N_("There is no room for it on the disk."),
    "read-only": N_("The disk takes nothing any more. Call for service."),
}


def show_machine(desk: Desk, _: Request) -> Reply:
    state = Program(desk.folder).load()
    why = state.outcome.reason if state.outcome else ""
    return page(
        desk,
        "machine.html",
        version=program_version() or "?",
        slot=state.current.upper(),
        state=state,
        reason=REASONS.get(why, why),
        trouble=TROUBLES.get(state.trouble, state.trouble),
        zone=desk.settings.zone,
    )


def rest(desk: Desk, _: Request) -> Reply:
    """Asked by the launcher. It tells nobody anything but whether somebody works, and only on this machine."""
    return Reply(status=204 if desk.rest() else BUSY)


OPEN = {("POST", REST_PATH): rest}
PAGES = {("GET", "/machine"): show_machine}

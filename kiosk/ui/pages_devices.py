"""Pairs a device with this kiosk, step by step, and forgets it again."""

from uuid import UUID

from kiosk.devices.kinds import Kind
from kiosk.devices.standing import Pairing, RadioState
from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.live import tell
from kiosk.ui.pages_vitals import RADIO_WORDS
from kiosk.ui.rendering import live_page, page, render
from kiosk.words import N_

KINDS = {
    Kind.BLOOD_PRESSURE: N_("Blood pressure cuff"),
    Kind.OXIMETER: N_("Pulse oximeter"),
    Kind.THERMOMETER: N_("Thermometer"),
    Kind.GLUCOSE: N_("Blood sugar meter"),
    Kind.SCALE: N_("Scale"),
    Kind.HEART_RATE: N_("Heart rate belt"),
}
NEAR_DBM, FAR_DBM = -55, -75
"""Within an arm's length, and in the next room: measured indoors such devices lie about there."""


def show_devices(desk: Desk, _: Request) -> Reply:
    standing = desk.devices.look(_visit(desk))
    return page(desk, "devices.html", standing=standing, kinds=KINDS, radio=RADIO_WORDS[standing.radio])


def show_kinds(desk: Desk, _: Request) -> Reply:
    return page(desk, "device_kinds.html", kinds=KINDS)


def show_ready(desk: Desk, request: Request) -> Reply:
    kind = _kind(request.asked("kind"))
    return page(desk, "device_ready.html", kind=kind, words=KINDS[kind]) if kind else see_other("/devices/kinds")


def search(desk: Desk, request: Request) -> Reply:
    kind = _kind(request.one("kind"))
    if kind is None:
        return see_other("/devices/kinds")
    desk.devices.search(kind)
    return see_other("/devices/found")


def show_found(desk: Desk, _: Request) -> Reply:
    """While searching nothing can be pressed that would move away under the finger."""
    standing = desk.devices.look(_visit(desk))
    kind = standing.searched
    if kind is None:
        return see_other("/devices")
    if standing.is_searching and standing.radio is RadioState.READY:
        told = tell(desk, lambda: _while(desk, "searching"))
        return live_page(desk, "device_searching.html", told, words=KINDS[kind])
    paired = {each.address for each in standing.bonded}
    new = [(each, _signal(each.rssi_dbm)) for each in standing.found if each.address not in paired]
    known = [each for each in standing.found if each.address in paired]
    radio = RADIO_WORDS[standing.radio]
    return page(desk, "device_found.html", kind=kind, words=KINDS[kind], new=new, known=known, radio=radio)


def pair(desk: Desk, request: Request) -> Reply:
    desk.devices.pair(request.one("device"))
    return see_other("/devices/paired")


def show_paired(desk: Desk, _: Request) -> Reply:
    standing = desk.devices.look(_visit(desk))
    if standing.pairing is Pairing.AT_WORK:
        return live_page(desk, "device_pairing.html", tell(desk, lambda: _while(desk, "pairing")))
    if standing.pairing is Pairing.NONE:
        return see_other("/devices")
    is_paired = standing.pairing is Pairing.DONE
    return page(desk, "device_paired.html", is_paired=is_paired, device=standing.bonded[-1] if is_paired else None)


def show_forget(desk: Desk, request: Request) -> Reply:
    bonded = desk.devices.look(_visit(desk)).bonded
    device = next((each for each in bonded if each.address == request.asked("device")), None)
    if device is None:
        return see_other("/devices")
    return page(desk, "device_forget.html", device=device, words=KINDS[device.kind])


def forget(desk: Desk, request: Request) -> Reply:
    desk.devices.forget(request.one("device"))
    return see_other("/devices")


def _while(desk: Desk, what: str) -> str | None:
    standing = desk.devices.look(_visit(desk))
    goes_on = standing.is_searching if what == "searching" else standing.pairing is Pairing.AT_WORK
    return render(desk, "_working.html", what=what) if goes_on and standing.radio is RadioState.READY else None


def _visit(desk: Desk) -> UUID | None:
    return desk.draft.case_id if desk.draft else None


def _kind(typed: str) -> Kind | None:
    return Kind(typed) if typed in set(Kind) else None


def _signal(rssi_dbm: int) -> str:
    if rssi_dbm >= NEAR_DBM:
        return N_("●●● very near")
    return N_("●●○ near") if rssi_dbm >= FAR_DBM else N_("●○○ far")


PAGES = {
    ("GET", "/devices"): show_devices,
    ("GET", "/devices/kinds"): show_kinds,
    ("GET", "/devices/ready"): show_ready,
    ("POST", "/devices/search"): search,
    ("GET", "/devices/found"): show_found,
    ("POST", "/devices/pair"): pair,
    ("GET", "/devices/paired"): show_paired,
    ("GET", "/devices/forget"): show_forget,
    ("POST", "/devices/forget"): forget,
}

"""The hand-off on the screen: the code to scan, the numbers to compare, and the photographs as they come."""

from collections.abc import Iterator
from functools import partial
from uuid import uuid4

import segno

from imaging.results import Verdict
from imaging.sandbox import SandboxUnavailable
from kiosk.phone.checking import Checker
from kiosk.phone.handoff import UNFINISHED, Handoff, Taken, Why
from kiosk.phone.networks import OFF, NoClinicNetwork, choose, own_addresses
from kiosk.phone.opened import Opened
from kiosk.ui.desk import Desk
from kiosk.ui.draft import MOST_PHOTOGRAPHS, Draft, Photo, moment
from kiosk.ui.guides import GUIDES
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.language import said, spoken
from kiosk.ui.live import REFRESH_UNTOUCHED, tell
from kiosk.ui.pages_visit import in_visit
from kiosk.ui.phone_page import phone_page
from kiosk.ui.rendering import live_page, page, render
from kiosk.words import N_
from server.contract.catalogue import photo_flaws, text_in
from server.contract.handoff import ArrivalState, HandoffState

NO_NETWORK = N_(
    "This kiosk is in no network that a phone could be in, too. Connect it to the clinic’s network, or take the "
    "photographs with the kiosk’s camera."
)
SWITCHED_OFF = N_("At this kiosk no phones may join. Take the photographs with the kiosk’s camera.")


@in_visit
def open_phone(desk: Desk, _: Request, draft: Draft) -> Reply:
    """A new code, unless one is open already: a second press shows it again."""
    if desk.phone and desk.phone.handoff.state is not HandoffState.ENDED:
        return see_other("/visit/phone")
    if desk.settings.phone_network == OFF:
        return _not_now(desk, SWITCHED_OFF)
    try:
        at = choose(desk.settings.phone_network, own_addresses())
    except NoClinicNetwork:
        return _not_now(desk, NO_NETWORK)
    language = spoken(draft.language)
    checker = Checker(is_demo=bool(desk.settings.demo_person))
    handoff = Handoff(
        checker.check, partial(_take, desk, draft), partial(_advise, language), partial(said, language=language)
    )
    try:
        desk.phone = Opened(at, phone_page(language, draft.zone), checker, handoff)
    except SandboxUnavailable:
        return _not_now(desk, Why.NO_SANDBOX)
    except OSError:
        return _not_now(desk, NO_NETWORK)
    return see_other("/visit/phone")


def _not_now(desk: Desk, why: str) -> Reply:
    return page(desk, "phone_over.html", status=503, why=why, may_again=False, step=4)


def _take(desk: Desk, draft: Draft, taken: Taken) -> bool:
    """Into the visit that the code was shown for, and into no other."""
    with desk.lock:
        if desk.draft is not draft or len(draft.photos) >= MOST_PHOTOGRAPHS:
            return False
        photo = Photo(
            part_id=uuid4(),
            view=taken.view,
            still=taken.checked.still,
            taken_at=moment(draft.zone),
            previews=taken.checked.previews,
            sent_as=taken.photo_id,
        )
        draft.photos.append(photo)
        desk.touch()
        return True


def _advise(language: str, verdict: Verdict) -> tuple[str, ...]:
    flaws = [each.name for each in verdict.flaws]
    return tuple(text_in(texts, language) for texts in photo_flaws().advice(flaws))


@in_visit
def show_phone(desk: Desk, _: Request, draft: Draft) -> Reply:
    opened = desk.phone
    if opened is None:
        return see_other("/visit/photos")
    handoff = opened.handoff
    state = handoff.state
    if state is HandoffState.ENDED:
        return page(desk, "phone_over.html", why=handoff.why or "", may_again=True, step=4)
    sent = _sent(draft)
    return live_page(
        desk,
        "phone.html",
        _tell(desk, draft, opened, state, sent),
        state=state,
        code=handoff.code,
        picture=_picture(opened.link) if state is HandoffState.OFFERED else "",
        wifi_name=desk.settings.wifi_name,
        is_isolated=opened.is_isolated,
        sent=[(photo, GUIDES[photo.view][0], _advise(desk.language, photo.still.verdict)) for photo in sent],
        step=4,
    )


def _sent(draft: Draft) -> list[Photo]:
    return [photo for photo in draft.photos if photo.sent_as]


def _picture(link: str) -> str:
    """The link as a QR code (ISO/IEC 18004) in SVG, whose level M bears a reflection over 15 % of it."""
    return segno.make_qr(link, error="m").svg_inline(omitsize=True, light="#fff", svgclass="qr")


def _tell(desk: Desk, draft: Draft, opened: Opened, state: HandoffState, sent: list[Photo]) -> Iterator[str]:
    def look() -> str | None:
        if opened.handoff.state is not state or _sent(draft) != sent:
            return None
        arrived = opened.handoff.arrived()
        if opened.handoff.is_one_coming:
            desk.touch()
        return render(
            desk,
            "_phone.html",
            state=state,
            seconds=opened.handoff.seconds_to_join,
            coming=[each for each in arrived if each.state in UNFINISHED],
            refused=[each for each in arrived if each.state is ArrivalState.REFUSED],
            guides=GUIDES,
        )

    return tell(desk, look, REFRESH_UNTOUCHED)


@in_visit
def confirm(desk: Desk, request: Request, _: Draft) -> Reply:
    """Let in the phone whose number was seen."""
    if desk.phone and request.one("code") == desk.phone.handoff.code:
        desk.phone.handoff.confirm()
    return see_other("/visit/phone")


@in_visit
def refuse(desk: Desk, _: Request, __: Draft) -> Reply:
    if desk.phone:
        desk.phone.end(Why.DIFFERENT)
    return see_other("/visit/phone")


@in_visit
def stop(desk: Desk, _: Request, __: Draft) -> Reply:
    desk.let_go_of_phone(Why.STOPPED)
    return see_other("/visit/photos")


PAGES = {
    ("POST", "/visit/phone/open"): open_phone,
    ("GET", "/visit/phone"): show_phone,
    ("POST", "/visit/phone/confirm"): confirm,
    ("POST", "/visit/phone/refuse"): refuse,
    ("POST", "/visit/phone/stop"): stop,
}

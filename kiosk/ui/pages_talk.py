"""The talk on the kiosk's screen: pictures, words that both compare, a still that is asked for, values, and writing."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from kiosk.call.desk import (
    CallShown,
    Compare,
    KeepReading,
    KeepStill,
    Mute,
    RefuseStill,
    Say,
    TakeStill,
)
from kiosk.camera.watching import WORDS
from kiosk.ui.desk import Desk
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.live import tell
from kiosk.ui.mjpeg import as_stream
from kiosk.ui.readings import UNITS, doubts_of, sign_words
from kiosk.ui.rendering import live_page, page, render
from kiosk.words import N_
from server.contract.catalogue import photo_flaws, text_in

FRAME_EVERY_S = 0.1
SAME_AGAIN_S = 1.0
"""A picture that stands is sent again so often: only writing shows that the browser has gone to another page."""
GONE_AFTER_S = 3.0
"""A picture that fails for a moment goes on in its place; the page notices sooner and shows none."""
MOST_LINES = 6
RUNGS = {
    "slow": N_("Few pictures, to keep the sound"),
    "stills": N_("A picture every few seconds, to keep the sound"),
    "voice": N_("Picture is off to keep the sound"),
    "messages": N_("Nothing gets through just now"),
}
STATES = {
    "absent": N_("Not here yet"),
    "keying": N_("Checking keys"),
    "connecting": N_("Connecting"),
    "live": N_("Connected"),
    "interrupted": N_("Connection lost. It is tried again by itself."),
}
STOPPED = {
    "differs": N_("Stopped: the words are not the same. Somebody may be listening in. Hang up and use another way."),
    "told-differs": N_("Stopped: the other side reads other words. Somebody may be listening in. Hang up."),
    "unsigned": N_("Stopped: the connection is not theirs. Somebody may be listening in. Hang up."),
    "broken": N_("Stopped: the two ends did not understand each other. Hang up and call again."),
}


def talk_page(desk: Desk, begun: CallShown) -> Reply:
    """Pictures stand outside of what is told: they go on while words change."""

    def look() -> str | None:
        shown = desk.calls.look()
        if not shown.is_talk or _shape(shown) != _shape(begun):
            return None
        return render(
            desk,
            "_call_talk.html",
            call=shown,
            rungs=RUNGS,
            states=STATES,
            stopped=STOPPED,
            values=_values(shown),
            proof=desk.session.proof if desk.session else "",
        )

    return live_page(desk, "call_talk.html", tell(desk, look), call=begun)


def _shape(shown: CallShown) -> object:
    """With another shape the page is another; with the same only its words change."""
    seen = [(each.seat_id, each.has_picture, bool(each.words), each.is_matched, each.reason) for each in shown.others]
    return shown.state, seen, shown.has_own_picture, shown.is_muted, shown.still is not None, bool(shown.readings)


def _values(shown: CallShown) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Of each device: its name, what it measured with its unit, and what it says of that itself."""
    return [
        (sign_words(value.code), value.text, UNITS.get(value.unit, value.unit), doubts_of(value.flags))
        for each in shown.readings
        for value in each.measured
    ]


def mute(desk: Desk, request: Request) -> Reply:
    desk.calls.ask(Mute(bool(request.one("muted"))))
    return see_other("/call")


def compare(desk: Desk, request: Request) -> Reply:
    for other in desk.calls.look().others:
        if str(other.seat_id) == request.one("seat") and request.one("same") in {"yes", "no"}:
            desk.calls.ask(Compare(seat_id=other.seat_id, is_same=request.one("same") == "yes"))
    return see_other("/call")


def show_writing(desk: Desk, _: Request) -> Reply:
    """A page of its own: the talk's is loaded anew whenever it changes, and what was typed would be lost."""
    return _writing(desk, desk.calls.look(), "")


def write(desk: Desk, request: Request) -> Reply:
    """What nobody could hear stays in the field."""
    words = request.one("words")[:2000]
    if not words:
        return see_other("/call/write")
    shown = desk.calls.ask(Say(words))
    is_heard = bool(shown.said) and shown.said[-1] == ("", words)
    return see_other("/call/write") if is_heard else _writing(desk, shown, words)


def _writing(desk: Desk, shown: CallShown, unheard: str) -> Reply:
    if not shown.is_talk:
        return see_other("/call")
    status = 422 if unheard else 200
    return page(desk, "call_write.html", status=status, said=shown.said[-MOST_LINES:], unheard=unheard)


def picture(desk: Desk, request: Request) -> Reply:
    """Of one seat, or the kiosk's own, picture after picture for as long as the call lasts."""
    asked = request.asked("seat")
    try:
        seat_id = UUID(asked) if asked else None
    except ValueError:
        return Reply(status=404)
    return as_stream(_frames(desk, seat_id))


def _frames(desk: Desk, seat_id: UUID | None) -> Iterator[bytes]:
    number, sent_s, seen_s = 0, 0.0, time.monotonic()
    while True:
        begun_s = time.monotonic()
        shown = desk.calls.picture(seat_id)
        seen_s = begun_s if shown.number else seen_s
        if begun_s - seen_s > GONE_AFTER_S:
            return
        if shown.number and (shown.number != number or begun_s - sent_s >= SAME_AGAIN_S):
            yield shown.jpeg
            number, sent_s = shown.number, begun_s
        time.sleep(max(0.02, FRAME_EVERY_S - (time.monotonic() - begun_s)))


# A still, and what devices measure.


def show_still(desk: Desk, _: Request) -> Reply:
    """The camera as for any photograph; once taken, what the check says of it."""
    shown = desk.calls.look()
    if shown.still is None:
        return see_other("/call")
    known = photo_flaws()
    return page(
        desk,
        "call_still.html",
        still=shown.still,
        trouble=WORDS[desk.camera.preview().state],
        advice=[text_in(texts, desk.language) for texts in known.advice(list(shown.still.flaws))],
        reasons=[text_in(reason.text, desk.language) for reason in known.reasons],
    )


def still_picture(desk: Desk, _: Request) -> Reply:
    still = desk.calls.look().still
    if still is None or not still.small:
        return Reply(status=404)
    return Reply(body=still.small, content_type="image/jpeg")


def take_still(desk: Desk, _: Request) -> Reply:
    desk.calls.ask(TakeStill())
    return see_other("/call/still")


def keep_still(desk: Desk, request: Request) -> Reply:
    shown = desk.calls.ask(KeepStill(request.one("reason")[:500]))
    desk.wake_uplink()
    return see_other("/call/still" if shown.still else "/call")


def refuse_still(desk: Desk, _: Request) -> Reply:
    desk.calls.ask(RefuseStill())
    return see_other("/call")


def show_readings(desk: Desk, _: Request) -> Reply:
    """What devices told last, standing still, so that what is kept is what was seen."""
    shown = desk.calls.look()
    if not shown.is_talk:
        return see_other("/call")
    rows = [
        (each, [(sign_words(value.code), value.text, UNITS.get(value.unit, value.unit)) for value in each.measured])
        for each in shown.readings
    ]
    return page(desk, "call_readings.html", rows=rows)


def keep_reading(desk: Desk, request: Request) -> Reply:
    try:
        desk.calls.ask(KeepReading(UUID(request.one("reading"))))
    except ValueError:
        return see_other("/call")
    desk.wake_uplink()
    return see_other("/call/readings")


def line(desk: Desk, _: Request) -> Reply:
    """The strip in the header of every page, loaded again by itself: the link, and a call that rings or goes on."""
    return page(desk, "line.html", call=desk.calls.look(), at=datetime.now(UTC))


PAGES = {
    ("POST", "/call/mute"): mute,
    ("POST", "/call/compare"): compare,
    ("GET", "/call/write"): show_writing,
    ("POST", "/call/write"): write,
    ("GET", "/call/picture"): picture,
    ("GET", "/call/still"): show_still,
    ("GET", "/call/still/picture"): still_picture,
    ("POST", "/call/still/take"): take_still,
    ("POST", "/call/still/keep"): keep_still,
    ("POST", "/call/still/refuse"): refuse_still,
    ("GET", "/call/readings"): show_readings,
    ("POST", "/call/readings/keep"): keep_reading,
    ("GET", "/line"): line,
}

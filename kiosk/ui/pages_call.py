"""A call on the kiosk's screen: asking for one, what rings, the talk itself, stills, and what follows."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from kiosk.call.desk import (
    Answer,
    Begin,
    CallShown,
    Compare,
    Decline,
    Forget,
    HangUp,
    KeepReading,
    KeepStill,
    Mute,
    RefuseStill,
    Say,
    TakeStill,
    Wait,
)
from kiosk.call.keeping import CaseOfCall
from kiosk.camera.watching import WORDS
from kiosk.spool.model import EntryState, Standing, reference_of
from kiosk.ui.desk import Desk
from kiosk.ui.draft import moment
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.language import said
from kiosk.ui.live import tell
from kiosk.ui.mjpeg import as_stream
from kiosk.ui.pages_visit import keep as keep_visit
from kiosk.ui.readings import UNITS, doubts_of, sign_words
from kiosk.ui.rendering import live_page, page, render
from kiosk.words import N_
from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION
from server.contract.case import ConsentGiven
from server.contract.catalogue import consent_texts, photo_flaws, text_in

CONSENT_WHY = N_(
    "A video call goes straight between your device and theirs. Nobody records it on our side. What is seen and "
    "measured for your care is written into the case."
)
CONSENT = N_("The patient agrees to a video call about this case")
"""Both in the words of version 1 of the consent, as the server's pages have them."""
NOT_AGREED = N_("Ask the patient, and mark it if they agree. Without it nobody is called.")
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
OVER = {
    "ended": (
        N_("The call is over"),
        N_("Photographs that were kept go to the case by themselves. What the specialist writes comes as the answer."),
    ),
    "missed": (N_("Nobody answered"), N_("The case is with the specialists all the same. Its deadline runs on.")),
    "declined": (
        N_("The specialist cannot talk now"),
        N_("The case is with the specialists all the same. Its deadline runs on."),
    ),
    "cancelled": (N_("No call"), N_("Nobody is rung any more. The case goes its way without a call.")),
    "failed": (N_("No picture or sound came through"), N_("Check the camera and the link, then call again.")),
    "removed": (N_("This kiosk has no place in the call any more"), N_("The case is kept.")),
    "signed-out": (N_("The server does not let this kiosk in"), N_("The case is kept. Call the administrator.")),
    "elsewhere": (N_("The call goes on at another place"), N_("Another screen has taken this kiosk’s seat.")),
    "refused": (N_("There is no call"), N_("The case is kept.")),
    "silent": (N_("Calls do not work just now"), N_("They start again by themselves in a moment. The case is kept.")),
}
MAY_RING_AGAIN = frozenset({"missed", "declined", "failed", "cancelled", "refused"})
MAY_WAIT = frozenset({"missed", "declined"})


def show(desk: Desk, _: Request) -> Reply:
    """Whatever is most pressing: the talk, a call that waits, one that rings, how the last one ended, or asking."""
    shown = desk.calls.look()
    if shown.is_talk:
        return _talk(desk, shown)
    if shown.is_under_way:
        return _waiting(desk)
    if shown.ringing:
        return _ringing(desk, shown)
    if shown.state != "none":
        return _over(desk, shown)
    return _before(desk, wrong="")


# Asking.


def _before(desk: Desk, wrong: str) -> Reply:
    if desk.draft:
        return _early(desk, wrong)
    if desk.kept is None:
        return see_other("/home")
    return _ask(desk, wrong)


def _ask(desk: Desk, wrong: str) -> Reply:
    if desk.kept is None:
        return see_other("/home")
    return page(
        desk,
        "call_ask.html",
        status=422 if wrong else 200,
        wrong=wrong,
        consent=_consent_words(desk.kept.language),
        spoken=desk.kept.language,
        standing=_standing(desk, desk.kept.case.case_id),
    )


def _early(desk: Desk, wrong: str) -> Reply:
    """Nobody can be called about a visit that nobody has: what there is is confirmed first, as urgent."""
    draft = desk.draft
    if draft is None:
        return see_other("/home")
    required = [each.id for each in consent_texts().consents if each.required]
    return page(
        desk,
        "call_early.html",
        status=422 if wrong else 200,
        wrong=wrong,
        has_about=draft.topic is not None and all(each in draft.consents for each in required),
        has_place=bool(draft.site),
        consent=_consent_words(draft.language),
        spoken=draft.language,
        step=-1,
    )


def ask(desk: Desk, request: Request) -> Reply:
    """From a visit that is on the screen what there is is kept first; a fault leaves it there, and nobody is called."""
    shown = desk.calls.look()
    if shown.is_under_way:
        return see_other("/call")
    if not request.one("agrees"):
        return _before(desk, NOT_AGREED)
    if desk.draft is not None:
        if not desk.draft.topic or not desk.draft.site:
            return see_other("/call")
        keep_visit(desk, desk.draft, is_urgent=True)
    return _begin(desk)


def again(desk: Desk, _: Request) -> Reply:
    """Ring once more; the patient has agreed to it before."""
    return see_other("/call") if desk.calls.look().is_under_way else _begin(desk)


def _begin(desk: Desk) -> Reply:
    if desk.kept is None:
        return see_other("/home")
    desk.spool.hurry(desk.kept.case.case_id)
    desk.wake_uplink()
    desk.calls.ask(Begin(case=desk.kept.case, language=desk.language, consent=_agreed(desk)))
    return see_other("/call")


def wait(desk: Desk, _: Request) -> Reply:
    desk.calls.ask(Wait())
    return see_other("/call")


def _agreed(desk: Desk) -> ConsentGiven:
    return ConsentGiven(consent=CALL_CONSENT, version=CALL_CONSENT_VERSION, given_at=moment(desk.settings.zone))


def _consent_words(language: str) -> tuple[str, str]:
    return said(CONSENT_WHY, language), said(CONSENT, language)


def _standing(desk: Desk, case_id: UUID) -> Standing | None:
    return next((each for each in desk.spool.standings() if each.case_id == case_id), None)


# While it waits.


def _waiting(desk: Desk) -> Reply:
    begun = desk.calls.look()

    def look() -> str | None:
        shown = desk.calls.look()
        if not shown.is_under_way or shown.is_talk or shown.has_own_picture != begun.has_own_picture:
            return None
        standing = _standing(desk, shown.case_id) if shown.case_id else None
        has_come_back = standing is not None and standing.state in {EntryState.REFUSED, EntryState.DAMAGED}
        return render(desk, "_call_waiting.html", call=shown, standing=standing, has_come_back=has_come_back)

    return live_page(desk, "call_waiting.html", tell(desk, look), call=begun)


def _ringing(desk: Desk, shown: CallShown, wrong: str = "") -> Reply:
    ring = shown.ringing[0]
    patient_id = desk.spool.patient_of(ring.case_id)
    known = desk.known.get(patient_id) if patient_id else None
    return page(
        desk,
        "call_ringing.html",
        status=422 if wrong else 200,
        ring=ring,
        reference=reference_of(ring.case_id),
        patient=f"{known.patient.given_name} {known.patient.family_name}" if known else "",
        is_known=patient_id is not None,
        consent=_consent_words(desk.language),
        wrong=wrong,
    )


def answer(desk: Desk, request: Request) -> Reply:
    shown = desk.calls.look()
    ring = next((each for each in shown.ringing if str(each.call_id) == request.one("call")), None)
    patient_id = desk.spool.patient_of(ring.case_id) if ring else None
    if ring is None or patient_id is None or desk.draft is not None:
        return see_other("/call")
    if not request.one("agrees"):
        return _ringing(desk, shown, NOT_AGREED)
    kept = desk.kept.case if desk.kept and desk.kept.case.case_id == ring.case_id else None
    if kept is None:
        desk.wipe()
    about = kept or CaseOfCall(case_id=ring.case_id, patient_id=patient_id, taken_by=desk.taken_by)
    answering = Answer(call_id=ring.call_id, case=about, language=desk.language, consent=_agreed(desk))
    desk.calls.ask(answering)
    return see_other("/call")


def decline(desk: Desk, request: Request) -> Reply:
    for ring in desk.calls.look().ringing:
        if str(ring.call_id) == request.one("call"):
            desk.calls.ask(Decline(ring.call_id))
    return _back(desk)


def _over(desk: Desk, shown: CallShown) -> Reply:
    title, words = OVER.get(shown.state, OVER["refused"])
    is_of_kept = desk.kept is not None and desk.kept.case.case_id == shown.case_id
    return page(
        desk,
        "call_over.html",
        call=shown,
        title=title,
        words=words,
        may_ring_again=is_of_kept and shown.state in MAY_RING_AGAIN,
        may_wait=shown.state in MAY_WAIT and not shown.is_incoming,
    )


def hang_up(desk: Desk, _: Request) -> Reply:
    desk.calls.ask(HangUp())
    return see_other("/call")


def done(desk: Desk, _: Request) -> Reply:
    desk.calls.ask(Forget())
    return _back(desk)


def _back(desk: Desk) -> Reply:
    if desk.draft:
        return see_other("/visit/review" if desk.draft.site else "/visit/about")
    return see_other("/kept" if desk.kept else "/home")


# The talk.


def _talk(desk: Desk, begun: CallShown) -> Reply:
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
    ("GET", "/call"): show,
    ("POST", "/call/ask"): ask,
    ("POST", "/call/again"): again,
    ("POST", "/call/wait"): wait,
    ("POST", "/call/answer"): answer,
    ("POST", "/call/decline"): decline,
    ("POST", "/call/hang-up"): hang_up,
    ("POST", "/call/done"): done,
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

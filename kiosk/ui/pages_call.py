"""A call on the kiosk's screen before and after the talk: asking for one, waiting, what rings, and how it ended."""

from collections.abc import Mapping
from uuid import UUID

from kiosk.call.desk import Answer, Begin, CallShown, Decline, Forget, HangUp, State, Wait
from kiosk.call.keeping import CaseOfCall
from kiosk.spool.model import EntryState, Standing, reference_of
from kiosk.ui.desk import Desk
from kiosk.ui.draft import moment
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.language import said
from kiosk.ui.live import tell
from kiosk.ui.pages_talk import talk_page
from kiosk.ui.pages_visit import keep as keep_visit
from kiosk.ui.rendering import live_page, page, render
from kiosk.words import N_
from server.contract.call import CALL_CONSENT, CALL_CONSENT_VERSION
from server.contract.case import ConsentGiven
from server.contract.catalogue import consent_texts

CONSENT_WHY = N_(
    "A video call goes straight between your device and theirs. Nobody records it on our side. What is seen and "
    "measured for your care is written into the case."
)
CONSENT = N_("The patient agrees to a video call about this case")
"""Both in the words of version 1 of the consent, as the server's pages have them."""
NOT_AGREED = N_("Ask the patient, and mark it if they agree. Without it nobody is called.")
OVER: Mapping[State, tuple[str, str]] = {
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
        return talk_page(desk, shown)
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


PAGES = {
    ("GET", "/call"): show,
    ("POST", "/call/ask"): ask,
    ("POST", "/call/again"): again,
    ("POST", "/call/wait"): wait,
    ("POST", "/call/answer"): answer,
    ("POST", "/call/decline"): decline,
    ("POST", "/call/hang-up"): hang_up,
    ("POST", "/call/done"): done,
}

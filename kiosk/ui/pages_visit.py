"""What the visit is about: topic and consent, the place, one question a screen, vitals, and the review."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

from kiosk.spool.packing import confirm_visit
from kiosk.ui.desk import Desk, Kept
from kiosk.ui.draft import Draft, Given, case_of, visit_of
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.language import spoken
from kiosk.ui.readings import METHODS, short_of, sign_of
from kiosk.ui.rendering import page
from kiosk.ui.vitals import SIGNS
from kiosk.words import N_
from server.contract.case import Topic
from server.contract.catalogue import BodySite, Question, body_sites, consent_texts, text_in
from server.contract.wire import Laterality

TOPICS = {
    Topic.RASH: N_("A rash"),
    Topic.LESION: N_("A spot or mole"),
    Topic.WOUND: N_("A wound"),
    Topic.GENERAL: N_("Something else on the skin"),
}
REGIONS = {
    "head": N_("Head and neck"),
    "arm": N_("Arm and hand"),
    "trunk": N_("Trunk"),
    "leg": N_("Leg and foot"),
    "whole": N_("All over"),
}
SIDES = {Laterality.LEFT: N_("Left"), Laterality.RIGHT: N_("Right"), Laterality.BOTH: N_("Both")}

VisitPage = Callable[[Desk, Request, Draft], Reply]


def in_visit(handler: VisitPage) -> Callable[[Desk, Request], Reply]:
    """Where there is no visit, such as after going back past *next patient*, the first page answers."""

    @wraps(handler)
    def answer(desk: Desk, request: Request) -> Reply:
        return handler(desk, request, desk.draft) if desk.draft else see_other("/home")

    return answer


@in_visit
def show_about(desk: Desk, _: Request, draft: Draft) -> Reply:
    return _about(desk, draft, {})


def _about(desk: Desk, draft: Draft, wrong: dict[str, str]) -> Reply:
    consents = [(each.id, text_in(each.text, draft.language), each.required) for each in consent_texts().consents]
    status = 422 if wrong else 200
    return page(desk, "about.html", status=status, topics=TOPICS, consents=consents, wrong=wrong, step=1)


@in_visit
def set_about(desk: Desk, request: Request, draft: Draft) -> Reply:
    wrong: dict[str, str] = {}
    _mark(draft, request)
    if draft.topic is None:
        wrong["topic"] = N_("Choose what it is about.")
    if any(each.required and each.id not in draft.consents for each in consent_texts().consents):
        wrong["consent"] = N_("Without this consent nothing can be sent. Ask the patient, and mark it if they agree.")
    if wrong:
        return _about(desk, draft, wrong)
    return see_other("/visit/where")


def _mark(draft: Draft, request: Request) -> None:
    draft.topic = Topic(request.one("topic")) if request.one("topic") in set(Topic) else None
    draft.consents = tuple(request.form.get("consent", ()))


@in_visit
def set_language(_: Desk, request: Request, draft: Draft) -> Reply:
    """The patient's: in it questions and consents are read to them, and the case says so. What was marked stays."""
    _mark(draft, request)
    draft.language = spoken(request.one("language"))
    return see_other("/visit/about")


@in_visit
def show_where(desk: Desk, request: Request, _: Draft) -> Reply:
    return _where(desk, request.asked("region"), "")


def _where(desk: Desk, region: str, wrong: str) -> Reply:
    sites = [site for site in body_sites().sites if site.region == region]
    named = [(site.code, text_in(site.text, desk.language)) for site in sites]
    has_sides = any(site.has_sides for site in sites)
    status = 422 if wrong else 200
    return page(
        desk,
        "where.html",
        status=status,
        regions=REGIONS,
        region=region,
        sites=named,
        sides=SIDES if has_sides else {},
        wrong=wrong,
        step=2,
    )


@in_visit
def set_where(desk: Desk, request: Request, draft: Draft) -> Reply:
    site = next((each for each in body_sites().sites if each.code == request.one("site")), None)
    if site is None:
        return _where(desk, request.one("region"), N_("Choose the place."))
    side = _side(site, request.one("side"))
    if side is None:
        return _where(desk, site.region, N_("Choose the side: the patient’s own left or right."))
    draft.site, draft.side = site.code, side
    return see_other("/visit/question?number=1")


def _side(site: BodySite, typed: str) -> Laterality | None:
    if not site.has_sides:
        return Laterality.NOT_APPLICABLE
    return Laterality(typed) if typed in set(SIDES) else None


@in_visit
def show_question(desk: Desk, request: Request, draft: Draft) -> Reply:
    number = _number(request.asked("number"))
    if number > len(draft.questions):
        return see_other("/visit/photos")
    return _question(desk, draft, number, "")


def _question(desk: Desk, draft: Draft, number: int, wrong: str) -> Reply:
    question = draft.questions[number - 1]
    given = draft.answers.get(question.id, Given())
    return page(
        desk,
        "question.html",
        status=422 if wrong else 200,
        question=question,
        words=text_in(question.text, draft.language),
        hint=text_in(question.hint, draft.language) if question.hint else "",
        choices=[(choice.id, text_in(choice.text, draft.language)) for choice in question.choices],
        given=given,
        number=number,
        total=len(draft.questions),
        wrong=wrong,
        step=3,
    )


@in_visit
def answer_question(desk: Desk, request: Request, draft: Draft) -> Reply:
    number = min(_number(request.one("number")), len(draft.questions))
    question = draft.questions[number - 1]
    draft.asked.add(question.id)
    if request.one("skip"):
        draft.answers.pop(question.id, None)
    else:
        given = _given(question, request)
        if question.required and not (given.choices or given.text):
            return _question(desk, draft, number, N_("Choose an answer, or press “Does not want to say”."))
        draft.answers[question.id] = given
    return see_other(f"/visit/question?number={number + 1}")


def _given(question: Question, request: Request) -> Given:
    """What was chosen: of choices that exclude all others, such as *none of these*, one stands by itself."""
    offered = {choice.id for choice in question.choices}
    chosen = tuple(each for each in request.form.get("choice", ()) if each in offered)
    alone = [each for each in chosen if each in question.alone]
    return Given(choices=(alone[0],) if alone else chosen, text=request.one("text")[:2000])


@in_visit
def show_review(desk: Desk, _: Request, draft: Draft) -> Reply:
    if not draft.site or not draft.topic:
        return see_other("/visit/about")
    site = next(each for each in body_sites().sites if each.code == draft.site)
    return page(
        desk,
        "review.html",
        topic=TOPICS[draft.topic],
        place=text_in(site.text, desk.language),
        side=SIDES.get(draft.side, ""),
        answered=len(draft.answers),
        asked=len(draft.questions),
        readings=[(sign_of(each), short_of(each), METHODS[each.method]) for each in draft.readings],
        signs=[(sign, draft.vitals[sign.code]) for sign in SIGNS if sign.code in draft.vitals],
        is_one_coming=desk.phone is not None and desk.phone.handoff.is_one_coming,
        step=6,
    )


@in_visit
def confirm(desk: Desk, request: Request, draft: Draft) -> Reply:
    """Durable first; only then is anything said, and the visit let go of. A fault leaves it on the screen."""
    keep(desk, draft, is_urgent=bool(request.one("urgent")))
    return see_other("/kept")


def keep(desk: Desk, draft: Draft, *, is_urgent: bool) -> None:
    visit = visit_of(draft, is_urgent=is_urgent)
    entry = confirm_visit(desk.spool, desk.trust.sealing_key, visit, datetime.now(UTC))
    desk.wipe()
    desk.kept = Kept(reference=entry.reference, is_urgent=is_urgent, case=case_of(draft), language=draft.language)
    desk.wake_uplink()


def _number(typed: str) -> int:
    return max(1, int(typed)) if typed.isdigit() else 1


PAGES = {
    ("GET", "/visit/about"): show_about,
    ("POST", "/visit/about"): set_about,
    ("POST", "/visit/language"): set_language,
    ("GET", "/visit/where"): show_where,
    ("POST", "/visit/where"): set_where,
    ("GET", "/visit/question"): show_question,
    ("POST", "/visit/question"): answer_question,
    ("GET", "/visit/review"): show_review,
    ("POST", "/visit/confirm"): confirm,
}

"""Tells a patient in plain words where their case stands, what comes next and what they can do meanwhile."""

from datetime import datetime

from msgspec import Struct

from server.web.catalogue import N_


class Standing(Struct, frozen=True, kw_only=True):
    """What stands first on the patient's page of a case."""

    kind: str
    title: str
    next: str
    to_do: str
    is_open: bool = True
    """Whether an answer is still to come: then the page says not to wait for it in an emergency."""


NOTHING_TO_DO = N_("You do not have to do anything now. The answer will stand on this page.")
PHOTOS_COMING = Standing(
    kind="waiting",
    title=N_("Your case is here; its photos are still on their way"),
    next=N_("A specialist gets it as soon as the photos have come."),
    to_do=N_("Open Careferry on the phone that took them, where there is a link. They go by themselves."),
)
PREPARING = Standing(
    kind="active",
    title=N_("We have your case and all its photos"),
    next=N_("The photos are being prepared. Then it goes to a specialist."),
    to_do=NOTHING_TO_DO,
)
WAITING = Standing(
    kind="waiting",
    title=N_("Your case waits for a specialist"),
    next=N_("The next specialist who is free takes it."),
    to_do=NOTHING_TO_DO,
)
IN_REVIEW = Standing(
    kind="active",
    title=N_("A specialist is looking at your case"),
    next=N_("They answer, or ask you for more."),
    to_do=NOTHING_TO_DO,
)
NEEDS_MORE = Standing(
    kind="warning",
    title=N_("The specialist needs something from you"),
    next=N_("The time until the answer stands still until it has come."),
    to_do=N_("See below what is needed."),
)
ABOUT_TO_BE_READ = Standing(
    kind="good",
    title=N_("A specialist has answered"),
    next=N_("You can read the answer here in about a minute."),
    to_do=NOTHING_TO_DO,
)
CLOSED = Standing(
    kind="neutral",
    title=N_("This case is closed without an answer"),
    next=N_("Nobody will answer it."),
    to_do=N_("If you still want help, ask again below, send a new case, or ask the clinic."),
    is_open=False,
)
WITHDRAWN = Standing(
    kind="neutral",
    title=N_("This case was withdrawn"),
    next=N_("Nobody will answer it."),
    to_do=N_("If you still want help, send a new case or ask the clinic."),
    is_open=False,
)
_BY_STATUS = {
    "submitted": PREPARING,
    "preparing": PREPARING,
    "waiting": WAITING,
    "in-review": IN_REVIEW,
    "needs-more": NEEDS_MORE,
    "answered": ABOUT_TO_BE_READ,
    "closed": CLOSED,
    "withdrawn": WITHDRAWN,
}
_BEFORE_A_READER = frozenset({"submitted", "preparing"})


def standing_of(status: str, *, photos_absent: int, has_answer: bool) -> Standing | None:
    """Where the case stands; None where its answer, already here, says it all."""
    if has_answer and status in {"answered", "closed"}:
        return None
    if photos_absent and status in _BEFORE_A_READER:
        return PHOTOS_COMING
    return _BY_STATUS[status]


def is_late(expected_at: datetime | None, now: datetime) -> bool:
    """Whether the time that was told has passed: then it is no longer told as something to expect."""
    return expected_at is not None and expected_at < now

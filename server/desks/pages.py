"""Collects the desks' pages, and the navigation that leads to them."""

from litestar.types import ControllerRouterHandler

from server.core.access import Action
from server.desks import answering, coordinator, events, home, patient, queue, reading, verbs
from server.settings import Settings
from server.web.catalogue import N_
from server.web.navigation import NavEntry

NAVIGATION = (
    NavEntry(N_("My cases"), "/cases", Action.ACCESS_LIST_READ),
    NavEntry(N_("Queue"), "/queue", Action.CASE_CLAIM),
    NavEntry(N_("Deadlines"), "/deadlines", Action.DEADLINES_READ),
)


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    return [
        home.home_page,
        patient.cases_page,
        patient.case_page,
        patient.write,
        patient.withdraw,
        patient.reopen,
        coordinator.deadlines_page,
        coordinator.reassign,
        coordinator.escalate,
        events.queue_events,
        events.case_events,
        queue.queue_page,
        queue.queue_rows,
        reading.case_page,
        verbs.claim,
        verbs.release,
        verbs.ask,
        verbs.escalate,
        verbs.write,
        verbs.sign,
        verbs.amend,
        verbs.void,
        answering.save_draft,
        answering.search_codes,
    ]

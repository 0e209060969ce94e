"""Collects the desks' pages, and the navigation that leads to them."""

from litestar.types import ControllerRouterHandler

from server.core.access import Action
from server.desks import answering, queue, reading, verbs
from server.settings import Settings
from server.web.catalogue import N_
from server.web.navigation import NavEntry

NAVIGATION = (NavEntry(N_("Queue"), "/queue", Action.QUEUE_READ),)


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    return [
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

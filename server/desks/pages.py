"""Collects the desks' pages, and the navigation that leads to them."""

from litestar.types import ControllerRouterHandler

from server.core.access import Action
from server.desks import (
    administrator,
    annotated,
    answering,
    appointments,
    auditor,
    availability,
    booking,
    coordinator,
    day_sheet,
    demo,
    emergency,
    events,
    home,
    patient,
    queue,
    reading,
    sites,
    templates,
    verbs,
    visit_links,
)
from server.settings import Settings
from server.web.catalogue import N_
from server.web.navigation import NavEntry

NAVIGATION = (
    NavEntry(N_("My cases"), "/cases", Action.ACCESS_LIST_READ),
    NavEntry(N_("Appointments"), "/appointments", Action.APPOINTMENTS_OWN),
    NavEntry(N_("Queue"), "/queue", Action.CASE_CLAIM),
    NavEntry(N_("Templates"), "/answer-templates", Action.TEMPLATES_MANAGE),
    NavEntry(N_("Day sheet"), "/day-sheet", Action.APPOINTMENT_ATTEND),
    NavEntry(N_("Availability"), "/availability", Action.AVAILABILITY_MANAGE),
    NavEntry(N_("Deadlines"), "/deadlines", Action.DEADLINES_READ),
    NavEntry(N_("Visits"), "/schedule", Action.APPOINTMENTS_OVERSEE),
    NavEntry(N_("Emergency access"), "/emergency", Action.EMERGENCY_OPEN),
    NavEntry(N_("Emergency reviews"), "/emergency/reviews", Action.EMERGENCY_REVIEW),
    NavEntry(N_("Administration"), "/admin", Action.JOBS_MANAGE),
    NavEntry(N_("Audit trail"), "/audit", Action.AUDIT_READ),
)


def handlers(settings: Settings) -> list[ControllerRouterHandler]:
    """The demo's outbox is registered in the demo only."""
    of_the_demo = [demo.messages_page] if settings.is_demo else []
    return [
        *of_the_demo,
        *administrator.HANDLERS,
        *auditor.HANDLERS,
        *emergency.HANDLERS,
        *appointments.HANDLERS,
        *availability.HANDLERS,
        *booking.HANDLERS,
        *day_sheet.HANDLERS,
        *templates.HANDLERS,
        *visit_links.HANDLERS,
        home.home_page,
        patient.cases_page,
        patient.case_page,
        patient.write,
        patient.withdraw,
        patient.answer_faces,
        patient.reopen,
        coordinator.deadlines_page,
        coordinator.reassign,
        coordinator.escalate,
        coordinator.tell_again,
        coordinator.told,
        events.queue_events,
        events.case_events,
        queue.queue_page,
        queue.queue_rows,
        reading.case_page,
        sites.site_page,
        sites.draw,
        annotated.annotations_page,
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

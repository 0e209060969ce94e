"""Every handler of identity, for the application to collect."""

from typing import Any

from server.core.access import Action
from server.identity import passkey_routes, routes
from server.identity.pages import (
    account,
    codes,
    demo,
    enrolment,
    own_factors,
    people,
    person,
    recovery,
    sign_in,
    step_up,
)
from server.identity.proof_answers import EXCEPTION_HANDLERS
from server.settings import Settings
from server.web.catalogue import N_
from server.web.navigation import NavEntry

__all__ = ["EXCEPTION_HANDLERS", "NAVIGATION", "handlers"]

PAGES = (sign_in, codes, recovery, enrolment, account, own_factors, step_up, people, person)

NAVIGATION = (
    NavEntry(N_("People"), "/people", Action.PEOPLE_READ),
    NavEntry(N_("Account"), "/account", Action.SELF, place="account"),
    NavEntry(N_("Sign out"), "/sign-out", Action.SELF, place="account", method="post"),
    NavEntry(N_("Sign in"), "/sign-in", Action.PUBLIC, place="account", is_for_guests=True),
)


def handlers(settings: Settings) -> list[Any]:
    """The demo's pages are registered in the demo only: elsewhere their addresses do not exist."""
    found = [handler for pages in PAGES for handler in pages.HANDLERS]
    found += [*routes.HANDLERS, *passkey_routes.HANDLERS]
    return [*found, *demo.HANDLERS] if settings.is_demo else found

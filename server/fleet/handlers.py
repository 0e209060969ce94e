"""Every handler of the fleet, for the application to collect."""

from typing import Any

from server.core.access import Action
from server.fleet import routes, updates
from server.fleet.pages import claims, fleet, groups, kiosk, places
from server.settings import Settings
from server.web.catalogue import N_
from server.web.navigation import NavEntry

NAVIGATION = (NavEntry(N_("Kiosks"), "/fleet", Action.FLEET_READ),)


def handlers(_: Settings) -> list[Any]:
    pages = [handler for each in (fleet, kiosk, groups, claims, places) for handler in each.HANDLERS]
    return [*routes.HANDLERS, *updates.HANDLERS, *pages]

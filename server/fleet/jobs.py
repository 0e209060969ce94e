"""The fleet's jobs; their actors are in workers/fleet.py."""

from typing import ClassVar

from server.core.outbox import Job


class FindSilent(Job, frozen=True, kw_only=True):
    """Raise an alert for every kiosk that has not been heard for longer than its group allows."""

    name: ClassVar[str] = "fleet.find_silent"


class TidyFleet(Job, frozen=True, kw_only=True):
    """Delete expired tokens, places that nobody took, and log bundles whose time has passed."""

    name: ClassVar[str] = "fleet.tidy"

"""Which modules may ask the database about every organisation, or answer to another actor than their edge's."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("server", "workers", "mobile_bridge")

PLATFORM_WIDE = {
    "server/calls/service/waiting.py",  # how many wait for a pool, whichever clinic's they are
    "server/cases/service/emergencies.py",  # a case is found by its reference alone
    "server/cli/demo.py",  # the seed makes both organisations
    "server/core/db/migrate.py",  # a migration may move every row
    "server/fleet/queries.py",  # whose code it is; what has expired; whose groups are to be watched
    "server/fleet/statements.py",  # whose token or key it is
    "server/intake/idempotency.py",  # a key that another organisation took is refused
    "server/scheduling/service/changing.py",  # whoever keeps a waiting list, an erased patient waits no more
    "server/intake/queries.py",  # what has expired, and which objects any piece names
}
WORKING_FOR = {
    "server/calls/routes.py",  # a guest's socket acts for the clinic
    "server/calls/service/inviting.py",  # whoever holds a link acts for the clinic
    "server/calls/service/ringing.py",  # the clinic tells its patient
    "server/calls/service/seats.py",  # whoever lost the right to a call leaves it too
    "server/cases/service/bookable.py",  # the owner of a case writes its timeline
    "server/cases/service/emergencies.py",  # the owner of a case gives and ends an emergency's grant
    "server/cases/service/routing.py",  # the owner of a case gives and ends its readers' grants
    "server/cli/bundles.py",  # a command, for the worker whom the operator names
    "server/desks/call_guests.py",  # a guest's page acts for the clinic
    "server/fleet/authentication.py",  # a request of a kiosk
    "server/fleet/service/alerts.py",  # each silent kiosk for its organisation
    "server/fleet/service/claims.py",  # a kiosk that shows its key, before it is known
    "server/fleet/service/tokens.py",  # a kiosk whose assertion was verified just now
    "server/identity/authentication.py",  # a request
    "server/intake/service/ending.py",  # each expired upload for its organisation
    "server/patients/service/acting.py",  # the keeper of a record gives the grants that its patient asks for
    "server/scheduling/service/booking.py",  # the owner of an appointment gives the provider's grant
    "server/scheduling/service/changing.py",  # and ends it
    "server/scheduling/service/diaries.py",  # a provider's diary is their own organisation's
    "server/scheduling/service/feeds.py",  # whoever holds a calendar's address reads as its person
    "server/scheduling/service/links.py",  # a link in a reminder acts for the clinic
    "server/scheduling/service/reminding.py",  # the clinic tells its patient
    "server/scheduling/service/replying.py",  # and so does a reply to one
    "server/scheduling/service/waiting.py",  # the clinic holds what its patient is offered
    "workers/attempts.py",  # a job's attempt
}


@pytest.mark.parametrize("block, allowed", [("platform_wide", PLATFORM_WIDE), ("working_for", WORKING_FOR)])
def test_only_named_modules_open_the_block(block: str, allowed: set[str]) -> None:
    opens = re.compile(rf"(?<!def )\b{block}\(")
    found = {
        path.relative_to(ROOT).as_posix()
        for source in SOURCES
        for path in (ROOT / source).rglob("*.py")
        if opens.search(path.read_text())
    }
    assert found == allowed

"""Every status with every event, against a list that was written by hand."""

from itertools import product

import pytest

from server.scheduling.lifecycle import Event, EventNotAllowed, Status, step
from tests.support.state_tables import require_as_listed

PWC, ALL, S, NOBODY = (
    "patient clinic-worker coordinator",
    "patient clinic-worker coordinator specialist",
    "specialist",
    "",
)
ALLOWED = {
    ("held", "confirm"): ("booked", PWC),
    ("held", "lapse"): ("cancelled", NOBODY),
    ("held", "cancel"): ("cancelled", ALL),
    ("booked", "move"): ("booked", PWC),
    ("booked", "cancel"): ("cancelled", ALL),
    ("booked", "arrive"): ("arrived", S),
    ("booked", "miss"): ("no-show", S),
    ("arrived", "finish"): ("done", S),
    ("arrived", "leave"): ("booked", S),
    ("no-show", "arrive"): ("arrived", S),
    ("cancelled", "restore"): ("booked", PWC),
}


@pytest.mark.parametrize("status, event", list(product(Status, Event)))
def test_the_full_product(status: Status, event: Event) -> None:
    require_as_listed(step, status, event, ALLOWED.get((status, event)), EventNotAllowed)

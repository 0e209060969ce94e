"""Every status with every event, against a list that was written by hand."""

from itertools import product

import pytest

from server.core.access import Role, system_actor
from server.core.access.actor import Actor, ActorKind
from server.core.faults import Forbidden
from server.core.ids import new_id
from server.scheduling.lifecycle import Event, EventNotAllowed, Status, step

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
    for role in Role:
        actor = Actor(actor_id=new_id(), kind=ActorKind.PERSON, organisation_id=new_id(), roles=frozenset({role}))
        allowed = ALLOWED.get((status, event))
        if allowed is None:
            with pytest.raises(EventNotAllowed):
                step(actor, status, event)
        elif role not in allowed[1].split():
            with pytest.raises(Forbidden):
                step(actor, status, event)
        else:
            assert step(actor, status, event) == allowed[0]
            assert step(system_actor(new_id()), status, event) == allowed[0]

"""The state table against a list written from the issue, over the full product of statuses, events and roles."""

from itertools import product
from uuid import uuid4

import pytest

from server.cases.lifecycle import OPEN, TABLE, Event, EventNotAllowed, Status, step
from server.core.access import Actor, ActorKind, Role, system_actor
from server.core.faults import Forbidden

# One line a step: status, event, next status, who (Patient, clinic Worker, Specialist, Coordinator, - platform).
EXPECTED = """
submitted   prepare       preparing   -
submitted   become-ready  waiting     -
submitted   abandon       closed      -
submitted   withdraw      withdrawn   PW
preparing   become-ready  waiting     -
preparing   abandon       closed      -
preparing   withdraw      withdrawn   PW
waiting     claim         in-review   S
waiting     escalate      waiting     SC
waiting     withdraw      withdrawn   PW
in-review   release       waiting     SC
in-review   ask           needs-more  S
in-review   escalate      in-review   SC
in-review   answer        answered    S
in-review   withdraw      withdrawn   PW
needs-more  supply        in-review   -
needs-more  release       waiting     SC
needs-more  escalate      needs-more  SC
needs-more  answer        answered    S
needs-more  withdraw      withdrawn   PW
answered    void-answer   in-review   S
answered    amend         answered    S
answered    close         closed      SC
answered    reopen        waiting     PWSC
closed      reopen        waiting     PWSC
closed      amend         closed      S
"""
LETTERS = {"P": "patient", "W": "clinic-worker", "S": "specialist", "C": "coordinator"}


def expected() -> dict[tuple[str, str], tuple[str, set[str]]]:
    rows = [line.split() for line in EXPECTED.strip().splitlines()]
    return {(row[0], row[1]): (row[2], {LETTERS[letter] for letter in row[3] if letter != "-"}) for row in rows}


def person(role: Role) -> Actor:
    return Actor(actor_id=uuid4(), kind=ActorKind.PERSON, organisation_id=uuid4(), roles=frozenset({role}))


@pytest.mark.parametrize("status, event", list(product(Status, Event)))
def test_every_status_and_event_for_every_role(status: Status, event: Event) -> None:
    allowed = expected().get((status, event))
    for role in Role:
        actor = person(role)
        if allowed is None:
            with pytest.raises(EventNotAllowed):
                step(actor, status, event)
        elif role in allowed[1]:
            assert step(actor, status, event) == allowed[0]
        else:
            with pytest.raises(Forbidden):
                step(actor, status, event)


@pytest.mark.parametrize("key", list(TABLE))
def test_the_platform_may_take_every_step_that_exists(key: tuple[Status, Event]) -> None:
    assert step(system_actor(uuid4()), *key) == expected()[key][0]


def test_every_open_status_can_be_left_and_withdrawn_is_final() -> None:
    leavable = {status for (status, _event), row in TABLE.items() if row.next != status}
    assert leavable >= OPEN
    assert not [event for (status, event) in TABLE if status is Status.WITHDRAWN]

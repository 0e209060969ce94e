"""Every status with every event, against a list that was written by hand; and the drawn page says the same."""

from itertools import product
from pathlib import Path

import pytest

from server.calls.diagram import draw
from server.calls.lifecycle import Event, EventNotAllowed, Status, step
from server.core.access.actor import Actor, ActorKind
from server.core.faults import Forbidden
from server.core.ids import new_id
from tests.support.state_tables import require_as_listed

PW, PWS, PWSC, S, NOBODY = (
    "patient clinic-worker",
    "patient clinic-worker specialist",
    "patient clinic-worker specialist coordinator",
    "specialist",
    "",
)
ALLOWED = {
    ("asked", "ring"): ("ringing", PWS),
    ("asked", "admit"): ("joining", S),
    ("asked", "cancel"): ("cancelled", PWSC),
    ("asked", "time-out"): ("missed", NOBODY),
    ("ringing", "ring"): ("ringing", NOBODY),
    ("ringing", "answer"): ("joining", PWS),
    ("ringing", "decline"): ("declined", PWS),
    ("ringing", "time-out"): ("missed", NOBODY),
    ("ringing", "cancel"): ("cancelled", PWSC),
    ("missed", "requeue"): ("asked", PW),
    ("declined", "requeue"): ("asked", PW),
    ("joining", "connect"): ("live", NOBODY),
    ("joining", "end"): ("ended", PWS),
    ("joining", "fail"): ("failed", NOBODY),
    ("live", "lose"): ("interrupted", NOBODY),
    ("live", "end"): ("ended", PWS),
    ("interrupted", "resume"): ("live", NOBODY),
    ("interrupted", "end"): ("ended", PWS),
    ("interrupted", "abandon"): ("ended", NOBODY),
}
PAGE = Path(__file__).parents[2] / "docs" / "call-life.md"


@pytest.mark.parametrize("status, event", list(product(Status, Event)))
def test_the_full_product(status: Status, event: Event) -> None:
    require_as_listed(step, status, event, ALLOWED.get((status, event)), EventNotAllowed)


def test_a_kiosk_stands_on_the_patients_side() -> None:
    kiosk = Actor(actor_id=new_id(), kind=ActorKind.DEVICE, organisation_id=new_id())
    assert step(kiosk, Status.ASKED, Event.RING) is Status.RINGING
    with pytest.raises(Forbidden):
        step(kiosk, Status.ASKED, Event.ADMIT)


def test_the_committed_diagram_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == draw()

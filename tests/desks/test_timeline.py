"""A bad call is one line of its case's timeline, with how often it was interrupted and for how long."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from litestar import Litestar

from server.cases import service as cases
from server.cases.service import CaseEvent
from server.core.access import system_actor
from server.core.db import transaction
from server.core.platform import platform
from server.desks.timeline import lines_of
from tests.desks.browsing import sit_down
from tests.support.casework import send
from tests.support.clinics import AT, Clinic
from tests.support.platforms import FakeClock

ID = UUID(int=1)
OF_A_CASE: dict[str, Any] = {"organisation_id": ID, "case_id": ID, "patient_id": ID, "actor_id": ID}
BAD_CALL = ("call-live 0", *(f"call-interrupted {n}00\ncall-resumed {n}30" for n in range(1, 8)), "call-ended 800")


def timeline(*told: str) -> list[CaseEvent]:
    """Each as `event second`."""
    pairs = [line.split() for line in "\n".join(told).splitlines()]
    return [
        CaseEvent(**OF_A_CASE, event=event, recorded_at=AT.at + timedelta(seconds=int(second)))
        for event, second in pairs
    ]


@pytest.mark.parametrize(
    "told, shown",
    [
        (BAD_CALL, ["call-live", "call-interrupted 7 210", "call-ended"]),
        (("call-live 0", "call-interrupted 5", "call-ended 65"), ["call-live", "call-interrupted 1 60", "call-ended"]),
        (("call-live 0", "call-interrupted 5"), ["call-live", "call-interrupted 1 995"]),
        (
            ("call-live 0", "call-interrupted 5", "ask 6", "call-resumed 15", "call-interrupted 20", "call-resumed 30"),
            ["call-live", "call-interrupted 2 20", "ask"],
        ),
        (
            ("call-interrupted 0", "call-ended 1", "call-asked 2", "call-live 3", "call-interrupted 4", "call-ended 6"),
            ["call-interrupted 1 1", "call-ended", "call-asked", "call-live", "call-interrupted 1 2", "call-ended"],
        ),
        (("submit 0", "claim 1"), ["submit", "claim"]),
        ((), []),
    ],
)
def test_the_interruptions_of_one_call_are_one_line(told: Sequence[str], shown: list[str]) -> None:
    lines = lines_of(timeline(*told), AT.at + timedelta(seconds=1000))
    words = [f"{each.event} {each.times} {each.lasted.seconds}" if each.times else each.event for each in lines]
    assert words == shown


async def test_the_specialist_reads_one_line(app: Litestar, clinic: Clinic) -> None:
    case_id = await send(clinic)
    clock = cast("FakeClock", platform().clock)
    for event in ("call-live", *("call-interrupted", "call-resumed") * 3, "call-ended"):
        clock.advance(seconds=70)
        async with transaction():
            await cases.note_visit(system_actor(clinic.organisation_id), clinic.organisation_id, case_id, event)
    page = (await (await sit_down(app, clinic.reader)).get(f"/queue/cases/{case_id}")).text
    assert page.count("The call was interrupted") == 1
    assert "The call was interrupted 3 times, for 3 min 30 sec in all" in page

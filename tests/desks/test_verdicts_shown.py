"""Who reads which verdict: the specialist both, side by side; the patient what the phone could not tell."""

import msgspec
import pytest
from litestar import Litestar

from server.cases import service as cases
from server.contract.case import EdgeFlaw, EdgeVerdict
from tests.desks.browsing import sit_down
from tests.support.casework import EVIDENCE, PREPARED, Shot, arrive, send, shot
from tests.support.clinics import Clinic

GLARE = EdgeFlaw(name="glare", score=70, threshold=40)
SAID = EdgeVerdict(checked=True, version="2", flaws=(GLARE,), kept_because="My lamp <cannot> be moved")
FOUND = msgspec.structs.replace(EVIDENCE, verdict_version="3", flaws=(("underexposed", 220.0, 207.0),))
ADVICE = "Too dark: go near a window or turn on a light."


async def sent_with(clinic: Clinic, verdict: EdgeVerdict) -> str:
    """A case of one photograph of which the phone said so, and which the server found to be too dark."""
    taken = shot()
    taken = Shot(part=msgspec.structs.replace(taken.part, verdict=verdict), content=taken.content)
    case_id = await send(clinic, taken.part)
    await arrive(clinic, case_id, taken)
    prepared = msgspec.structs.replace(PREPARED, evidence=FOUND)
    await cases.record_prepared(clinic.organisation_id, taken.id, prepared)
    return str(case_id)


async def test_the_specialist_reads_both_verdicts_and_why_it_was_kept(clinic: Clinic, app: Litestar) -> None:
    case_id = await sent_with(clinic, SAID)
    page = (await (await sit_down(app, clinic.reader)).get(f"/queue/cases/{case_id}")).text

    on_the_phone, found_here, kept, measured = (page.index(each) for each in ("glare", "too dark", "My lamp", "Limit"))
    assert on_the_phone < found_here < kept < measured
    assert "My lamp &lt;cannot&gt; be moved" in page
    assert "On the phone, 2" in page
    assert "Found here, 3" in page


@pytest.mark.parametrize(
    "verdict, told",
    [
        (EdgeVerdict(checked=False), "not checked"),
        (EdgeVerdict(checked=True, version="2"), "no flaw found"),
        (EdgeVerdict(checked=True, version="2", flaws=(GLARE,)), "no reason was given"),
    ],
)
async def test_what_the_phone_did_not_say_is_not_made_up(
    clinic: Clinic, app: Litestar, verdict: EdgeVerdict, told: str
) -> None:
    case_id = await sent_with(clinic, verdict)
    page = (await (await sit_down(app, clinic.reader)).get(f"/queue/cases/{case_id}")).text

    assert page.count(told) == 1


async def test_who_asks_for_a_better_photo_sees_what_was_found(clinic: Clinic, app: Litestar) -> None:
    case_id = await sent_with(clinic, SAID)
    desk = await sit_down(app, clinic.reader)
    await desk.post(f"/queue/cases/{case_id}/claim")
    page = (await desk.get(f"/queue/cases/{case_id}")).text

    assert "Forearm, Left, From far (too dark)" in page
    assert "Something shines on the skin: turn the flash off or tilt the phone" in page


async def test_a_form_without_script_is_told_afterwards_what_was_found(clinic: Clinic, app: Litestar) -> None:
    case_id = await sent_with(clinic, EdgeVerdict(checked=False))
    page = (await (await sit_down(app, clinic.patient)).get(f"/cases/{case_id}")).text

    assert ADVICE in page


async def test_whom_the_phone_has_told_is_not_told_again(clinic: Clinic, app: Litestar) -> None:
    case_id = await sent_with(clinic, SAID)
    page = (await (await sit_down(app, clinic.patient)).get(f"/cases/{case_id}")).text

    assert ADVICE not in page

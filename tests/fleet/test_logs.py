"""A log bundle is kept when it is asked for or not, holds names and numbers only, and is gone after two weeks."""

import gzip
import hashlib

import pytest

from server.contract.fleet import MAX_LOG_UNPACKED_BYTES
from server.core.access import Actor, Role
from server.core.faults import NotFound
from server.core.platform import Platform
from server.fleet import service as fleet
from tests.fleet.kiosk import FakeKiosk
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock

LINE = b'{"at":"2026-03-02T08:00:00Z","level":"warning","event":"uplink.retry","numbers":{"try":3}}\n'
BUNDLE = gzip.compress(LINE * 200)


async def test_an_administrator_asks_for_a_log_and_reads_what_was_sent(
    administrator: Actor, kiosk: FakeKiosk, platform: Platform
) -> None:
    await kiosk.sign_in()
    await fleet.ask_for_logs(administrator, kiosk.kiosk_id)
    (command,) = (await kiosk.beat()).json()["commands"]
    assert command["kind"] == "send-logs"
    answer = await kiosk.send_logs(BUNDLE, {"Careferry-Command": command["commandId"]})
    assert (answer.status_code, answer.json()["sha256"]) == (201, hashlib.sha256(BUNDLE).hexdigest())
    assert (await kiosk.beat()).json()["commands"] == []
    (card,) = (await fleet.show_kiosk(administrator, kiosk.kiosk_id)).logs
    assert await fleet.read_logs(administrator, kiosk.kiosk_id, card.log_id) == BUNDLE

    place = await make_organisation("Elsewhere")
    foreign = await make_person(place.organisation_id, Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        await fleet.read_logs(foreign, kiosk.kiosk_id, card.log_id)

    assert isinstance(platform.clock, FakeClock)
    assert [info.key async for info in platform.objects.list("kiosk-logs/")] != []
    platform.clock.advance(days=14)
    with pytest.raises(NotFound):
        await fleet.read_logs(administrator, kiosk.kiosk_id, card.log_id)
    await fleet.tidy_fleet()
    assert [info.key async for info in platform.objects.list("kiosk-logs/")] == []


@pytest.mark.parametrize(
    "bundle, status",
    [
        (b"", 400),
        (LINE, 400),
        (BUNDLE[:-9], 400),
        (BUNDLE + b"more", 400),
        (gzip.compress(b"Aminata Kamara, it itches\n"), 400),
        (gzip.compress(LINE.replace(b"uplink.retry", b"Aminata Kamara")), 400),
        (gzip.compress(LINE.replace(b'"numbers"', b'"message":"Aminata","numbers"')), 400),
        (gzip.compress(LINE.replace(b"3}", b'"Aminata"}')), 400),
        (gzip.compress(LINE.replace(b'"at"', b'"error":"NoSuchPatient: Aminata","at"')), 400),
        (gzip.compress(b"\xff\xfe"), 400),
        (gzip.compress(b" " * (MAX_LOG_UNPACKED_BYTES + 1)), 413),
        (b"x" * (1024 * 1024 + 1), 413),
    ],
    ids=range(12),
)
async def test_anything_that_could_hold_a_patient_s_words_is_refused(
    administrator: Actor, kiosk: FakeKiosk, bundle: bytes, status: int
) -> None:
    await kiosk.sign_in()
    assert (await kiosk.send_logs(bundle)).status_code == status
    assert (await fleet.show_kiosk(administrator, kiosk.kiosk_id)).logs == []

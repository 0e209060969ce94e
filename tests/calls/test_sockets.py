"""The socket of an end: who may hold one, what it hears, and that nothing said is lost or said twice."""

import asyncio
from uuid import UUID, uuid4

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from server.calls import service as calls
from server.calls.service import passing
from server.calls.signalling import bounds
from server.cases.tables import Case
from server.contract.call import (
    MAX_FRAME_BYTES,
    Alive,
    CallCard,
    Join,
    Leave,
    Passed,
    Refused,
    Relays,
    Seats,
)
from server.core.access import Actor, Role
from server.core.access.grants import end_grant
from server.core.platform import Platform, bind_platform
from server.fleet import service as fleet
from server.identity.service.sessions import revoke
from server.identity.tables import Session
from server.settings import Turn
from tests.calls.calling import asked_by_patient, colleague, joining, status_of, wanted
from tests.calls.ends import End, Exchange, as_header
from tests.fleet.kiosk import KioskKey, enrol
from tests.support.casework import audited, waiting
from tests.support.clinics import Clinic, make_clinic
from tests.support.people import make_person
from tests.support.platforms import FakeClock


def seat_of(end: End) -> UUID:
    assert end.seat_id is not None
    return end.seat_id


async def test_two_ends_hear_each_other(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient, exchange.end_of(clinic.reader, call.id) as reader:
        await patient.join()
        welcome = await reader.join()
        assert {seat.role for seat in welcome.seats} == {"patient", "specialist"}
        assert {seat.session_id for seat in welcome.seats} == {patient.session_id, reader.session_id}
        for number in range(40):
            await reader.pass_to(seat_of(patient), f"candidate:{number}")
        assert await patient.hear_candidates(40) == [f"candidate:{number}" for number in range(40)]
        await patient.pass_to(seat_of(reader), "candidate:back")
        assert await reader.hear_candidates(1) == ["candidate:back"]


async def test_media_make_it_live_and_a_lost_end_interrupts_it(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient:
        await patient.join()
        async with exchange.end_of(clinic.reader, call.id) as reader:
            await reader.join()
            await reader.say(Alive(is_live=True))
            await _until(clinic, call.id, "live")
            await reader.drop()
        await _until(clinic, call.id, "interrupted")
        seats = await _with_presence(patient, "interrupted")
        assert [seat.role for seat in seats.seats if seat.presence == "interrupted"] == ["specialist"]
        async with exchange.end_of(clinic.reader, call.id) as again:
            await again.join()
            await again.say(Alive(is_live=True))
            await _until(clinic, call.id, "live")
    assert [row["tag"] for row in await audited("call:interrupted")] != []


async def test_what_was_said_while_the_link_was_down_is_said_after(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.reader, call.id) as reader:
        await reader.join()
        async with exchange.end_of(clinic.patient, call.id) as patient:
            await patient.join()
            await reader.pass_to(seat_of(patient), "candidate:heard")
            heard = await patient.hear(Passed)
            session_id = patient.session_id
            await patient.drop()
        await reader.pass_to(seat_of(patient), "candidate:missed")
        async with exchange.end_of(clinic.patient, call.id) as back:
            back.session_id = session_id
            await back.join(heard=heard.number)
            assert await back.hear_candidates(1) == ["candidate:missed"]


async def test_a_message_that_comes_twice_is_passed_on_once(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient, exchange.end_of(clinic.reader, call.id) as reader:
        await patient.join()
        await reader.join()
        for number in (1, 1, 2, 1, 2):
            await reader.pass_to(seat_of(patient), f"candidate:{number}", number=number)
        await reader.pass_to(seat_of(patient), "candidate:last", number=3)
        assert await patient.hear_candidates(3) == ["candidate:1", "candidate:2", "candidate:last"]


async def test_the_newest_tab_takes_the_seat_and_begins_anew(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient, exchange.end_of(clinic.reader, call.id) as first:
        await patient.join()
        await first.join()
        await patient.pass_to(seat_of(first), "candidate:to-the-first")
        assert await first.hear_candidates(1) == ["candidate:to-the-first"]
        async with exchange.end_of(clinic.reader, call.id) as second:
            await second.join()
            assert seat_of(second) == seat_of(first)
            assert await first.hear_end() == "elsewhere"
            seats = await _with_session(patient, second.session_id)
            assert len(seats.seats) == 2
            await patient.pass_to(seat_of(second), "candidate:to-the-second")
            assert await second.hear_candidates(1) == ["candidate:to-the-second"]
    assert {row["tag"] for row in await audited("call:interrupted")} == set()


async def test_whoever_waits_sees_themselves_alone_and_passes_nothing(clinic: Clinic, exchange: Exchange) -> None:
    call = await asked_by_patient(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient:
        welcome = await patient.join()
        assert [(seat.role, seat.presence) for seat in welcome.seats] == [("patient", "waiting")]
        await patient.pass_to(uuid4())
        assert (await patient.hear(Refused)).reason == "no-such-seat"
        await calls.answer(clinic.reader, call.id)
        seats = await _with_presence(patient, "present")
        assert seats.seats[0].role == "patient"


async def test_the_end_of_the_call_is_told(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient:
        await patient.join()
        await calls.end(clinic.reader, call.id)
        assert await patient.hear_end() == "ended"
    async with exchange.end_of(clinic.patient, call.id) as late:
        await late.say(Join(session_id=late.session_id))
        assert await late.hear_end() == "ended"


async def test_leaving_is_no_interruption(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient, exchange.end_of(clinic.reader, call.id) as reader:
        await patient.join()
        await reader.join()
        await reader.say(Leave())
        assert await reader.closed() == 1000
        await _with_presence(patient, "left")


async def test_signing_out_ends_the_socket(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.reader, call.id) as reader:
        await reader.join()
        await revoke(Session.person_id == clinic.reader.actor_id)
        assert await reader.hear_end() == "signed-out"


async def test_a_right_that_was_taken_away_ends_the_socket(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.reader, call.id) as reader:
        await reader.join()
        await end_grant(patient_id=clinic.patient_id, grantee_id=clinic.reading_id, case_id=call.subject_id)
        assert await reader.hear_end() == "removed"


@pytest.mark.parametrize("who, code", [("nobody", 4401), ("stranger", 4404), ("worker of the readers", 4404)])
async def test_who_has_no_place_is_told_so(clinic: Clinic, exchange: Exchange, who: str, code: int) -> None:
    call = await joining(clinic)
    headers = {} if who == "nobody" else {"Cookie": as_header(await exchange.cookies_of(await _outsider(who)))}
    async with exchange.end_with(headers, call.id) as end:
        assert await end.closed() == code


async def test_a_colleague_who_sees_the_case_has_no_seat(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(await colleague(clinic), call.id) as end:
        assert await end.closed() == 4403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_another_site_opens_no_socket_with_our_cookie(
    clinic: Clinic, exchange: Exchange, origin: str | None
) -> None:
    call = await joining(clinic)
    headers = {"Cookie": as_header(await exchange.cookies_of(clinic.reader))}
    with pytest.raises(InvalidStatus) as refused:
        async with exchange.end_with(headers, call.id, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_another_protocol_is_none_of_ours(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    with pytest.raises(InvalidStatus):
        async with exchange.end_with({}, call.id, protocol="chat"):
            pass


GARBAGE: tuple[str | bytes, ...] = (
    "",
    "null",
    "[]",
    "{}",
    "{",
    "\x00",
    '{"kind":"pass"}',
    '{"kind":"teleport"}',
    '{"kind":"join","sessionId":"x"}',
    '{"kind":"alive","isLive":"yes"}',
    '{"kind":"alive","isLive":true,"extra":1}',
    "[" * 5000,
    "9" * 4000,
    b"\xff\xfe",
)


@pytest.mark.parametrize("content", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_is_answered_and_the_end_goes_on(
    clinic: Clinic, exchange: Exchange, content: str | bytes
) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient:
        await patient.say_raw(content)
        assert (await patient.hear(Refused)).reason == "not-understood"
        await patient.join()
        await patient.say_raw(content)
        assert (await patient.hear(Refused)).reason == "not-understood"
        await patient.say(Join(session_id=uuid4()))
        assert (await patient.hear(Refused)).reason == "not-understood"


async def test_the_first_frame_is_a_join(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient:
        await patient.pass_to(uuid4())
        refused = await patient.hear(Refused)
        assert (refused.reason, refused.number) == ("not-joined", 1)


async def test_garbage_without_end_ends_the_socket(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient:
        await patient.join()
        for _ in range(bounds.MOST_REFUSED + 1):
            await patient.say_raw("garbage")
        assert await patient.closed() == 4429


async def test_a_flood_ends_the_socket_of_whoever_sends_it(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient, exchange.end_of(clinic.reader, call.id) as reader:
        await patient.join()
        await reader.join()
        alive = msgspec.json.encode(Alive(is_live=False)).decode()
        for _ in range(4000):
            try:
                await reader.say_raw(alive)
            except Exception:  # noqa: BLE001  (closed under the flood, which is what is wanted)
                break
        assert await reader.closed() == 4429
        await patient.pass_to(seat_of(reader), "candidate:still-here")


async def test_a_frame_that_is_too_large_ends_the_socket(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient:
        await patient.join()
        await patient.say_raw("x" * (MAX_FRAME_BYTES + 1))
        assert await patient.closed() == 1009


async def test_what_waits_for_an_end_is_bounded(
    clinic: Clinic, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "MOST_UNHEARD", 3)
    call = await joining(clinic)
    async with exchange.end_of(clinic.reader, call.id) as reader:
        await reader.join()
        async with exchange.end_of(clinic.patient, call.id) as patient:
            await patient.join()
            await patient.drop()
        for _ in range(4):
            await reader.pass_to(seat_of(patient))
        refused = await reader.hear(Refused)
        assert (refused.reason, refused.number) == ("too-many", 4)
        async with exchange.end_of(clinic.patient, call.id) as back:
            back.session_id = patient.session_id
            await back.join()
            numbers = [(await back.hear(Passed)).number for _ in range(3)]
            await back.say(Alive(is_live=False, heard=numbers[-1]))
            async with asyncio.timeout(60):
                while True:
                    await reader.pass_to(seat_of(patient))
                    try:
                        async with asyncio.timeout(1):
                            await back.hear(Passed)
                        break
                    except TimeoutError:
                        continue


async def test_relays_come_with_the_place_and_by_the_servers_clock(
    clinic: Clinic, exchange: Exchange, platform: Platform, clock: FakeClock
) -> None:
    """An end's own clock is never asked: ten minutes off it reckons from `server_time`."""
    turn = Turn(urls=("turn:turn.example:3478",), secret="a secret that both share")
    bind_platform(msgspec.structs.replace(platform, settings=msgspec.structs.replace(platform.settings, turn=turn)))
    call = await asked_by_patient(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient:
        welcome = await patient.join()
        assert welcome.relays == ()
        assert welcome.server_time == clock.at
        await calls.answer(clinic.reader, call.id)
        (relay,) = (await patient.hear(Relays)).relays
        assert (relay.expires_at - welcome.server_time).total_seconds() == 600
        assert relay.username.endswith(str(seat_of(patient)))
    async with exchange.end_of(clinic.reader, call.id) as reader:
        (relay,) = (await reader.join()).relays
        assert relay.username.endswith(str(seat_of(reader)))


async def test_a_kiosk_sits_for_the_patient_until_it_is_out_of_service(clinic: Clinic, exchange: Exchange) -> None:
    administrator = await make_person(clinic.organisation_id, Role.ADMINISTRATOR)
    key = KioskKey()
    kiosk_id = await enrol(administrator, key, group_id=await fleet.make_group(administrator, "North"))
    token = (await fleet.give_token(key.assertion(kiosk_id))).access_token
    case_id, _ = await waiting(clinic)
    await Case.update({Case.submitted_by: kiosk_id}).where(Case.id == case_id)
    async with exchange.browser() as client:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = msgspec.json.encode(wanted(case_id))
        answer = await client.post("/api/calls", content=asked, headers=headers)
        card = msgspec.json.decode(answer.content, type=CallCard)
    assert (card.status, card.case_id) == ("ringing", case_id)
    await calls.answer(clinic.reader, card.call_id)
    async with exchange.end_with({"Authorization": f"Bearer {token}"}, card.call_id, origin=None) as kiosk:
        (seat, *_) = (await kiosk.join()).seats
        assert (seat.seat_id, seat.role, seat.name, seat.is_kiosk) == (card.seat_id, "patient", "Aminata Kamara", True)
        await fleet.revoke_kiosk(administrator, kiosk_id)
        assert await kiosk.hear_end() == "signed-out"


async def _outsider(who: str) -> Actor:
    other = await make_clinic()
    return other.reader if who == "stranger" else other.worker


async def _until(clinic: Clinic, call_id: UUID, status: str) -> None:
    async with asyncio.timeout(60):
        while await status_of(clinic, call_id) != status:  # noqa: ASYNC110  (another connection's transaction)
            await asyncio.sleep(0.02)


async def _with_presence(end: End, presence: str) -> Seats:
    """The first list in which some seat is so."""
    while True:
        seats = await end.hear(Seats)
        if presence in {seat.presence for seat in seats.seats}:
            return seats


async def _with_session(end: End, session_id: UUID) -> Seats:
    while True:
        seats = await end.hear(Seats)
        if session_id in {seat.session_id for seat in seats.seats}:
            return seats

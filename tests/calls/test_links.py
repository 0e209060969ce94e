"""Single-use links: opening shows, pressing redeems once, for one device, with a code from elsewhere."""

import asyncio
import re

import httpx
import pytest

from server.calls import service as calls
from server.calls.faults import CallFull, CodeWrong, LinkRanOut, LinkRevoked, LinkUsed, NotYourCall
from server.calls.schemas import GuestPass, NewInvitation
from server.calls.service.inviting import MOST_TRIES
from server.calls.tables import Call, CallInvitation
from server.contract.call import Refused, SeatRole
from server.core.faults import NotFound
from tests.calls.calling import colleague, joining
from tests.calls.ends import Exchange, as_header
from tests.support.casework import audited
from tests.support.clinics import Clinic
from tests.support.platforms import FakeClock

NETWORK = "192.0.2.1/32"
HIDDEN = re.compile(r'<input type="hidden" name="(_csrf|_key)" value="([^"]*)">')


async def invited(clinic: Clinic) -> tuple[Call, NewInvitation]:
    call = await joining(clinic)
    return call, await calls.invite(clinic.reader, call.id, SeatRole.INTERPRETER, "es")


def token_of(made: NewInvitation) -> str:
    return made.path.rpartition("/")[2]


async def press(made: NewInvitation, *, device: str = "", code: str = "", network: str = NETWORK) -> GuestPass:
    return await calls.redeem(token_of(made), device, name="Ana Ruiz", code=code or made.code, network=network)


async def test_of_200_who_press_at_once_one_gets_in(clinic: Clinic) -> None:
    call, made = await invited(clinic)
    tries = (press(made, network=f"192.0.2.{number}/32") for number in range(200))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, GuestPass) for result in results) == 1
    assert {type(result) for result in results} == {GuestPass, LinkUsed}
    guests = [seat for seat in await calls.seats_shown(clinic.reader, call.id) if seat.role == "interpreter"]
    assert [(seat.name, seat.language, seat.presence) for seat in guests] == [("Ana Ruiz", "es", "expected")]
    assert len(await audited("call:guest-came")) == 1


async def test_looking_changes_nothing(clinic: Clinic) -> None:
    call, made = await invited(clinic)
    row = await calls.link_of(token_of(made))
    assert not calls.is_redeemed_by(row, "")
    assert [each.state for each in await calls.invitations(clinic.reader, call.id)] == ["open"]
    with pytest.raises(NotFound):
        await calls.link_of("a-link-that-we-never-made")


async def test_only_the_device_that_pressed_comes_back(clinic: Clinic) -> None:
    call, made = await invited(clinic)
    given = await press(made)
    assert (await press(made, device=given.token)).seat_id == given.seat_id
    with pytest.raises(LinkUsed):
        await press(made, device="another")
    with pytest.raises(LinkUsed):
        await press(made)
    caller = await calls.guest_of(given.token, call.id)
    assert caller.guest_seat_id == given.seat_id
    for wrong in ("", "another"):
        with pytest.raises(NotFound):
            await calls.guest_of(wrong, call.id)


async def test_a_code_is_guessed_five_times_and_no_more(clinic: Clinic) -> None:
    call, made = await invited(clinic)
    wrong = "000000" if made.code != "000000" else "111111"
    for _ in range(MOST_TRIES):
        with pytest.raises(CodeWrong):
            await press(made, code=wrong)
    with pytest.raises(LinkRanOut):
        await press(made)
    assert [each.state for each in await calls.invitations(clinic.reader, call.id)] == ["over"]


async def test_a_code_is_typed_as_it_was_read_out(clinic: Clinic) -> None:
    _, made = await invited(clinic)
    await press(made, code=f" {made.code[:3]} {made.code[3:]}")


async def test_a_link_runs_out(clinic: Clinic, clock: FakeClock) -> None:
    _, made = await invited(clinic)
    clock.advance(minutes=30)
    with pytest.raises(LinkRanOut):
        await press(made)


async def test_a_link_that_was_taken_back_opens_nothing(clinic: Clinic) -> None:
    call, made = await invited(clinic)
    (card,) = await calls.invitations(clinic.reader, call.id)
    await calls.revoke(clinic.reader, call.id, card.invitation_id)
    await calls.revoke(clinic.reader, call.id, card.invitation_id)
    with pytest.raises(LinkRevoked):
        await press(made)
    assert len(await audited("call:guest-revoked")) == 1


async def test_a_link_ends_with_its_call(clinic: Clinic) -> None:
    call, made = await invited(clinic)
    await calls.end(clinic.reader, call.id)
    with pytest.raises(LinkRanOut):
        await press(made)


async def test_a_call_has_four_places(clinic: Clinic) -> None:
    call, first = await invited(clinic)
    others = [await calls.invite(clinic.reader, call.id, SeatRole.GUEST, "en") for _ in range(4)]
    for each in (first, *others[:3]):
        await press(each)
    with pytest.raises(CallFull):
        await press(others[3])
    with pytest.raises(CallFull):
        await calls.invite(clinic.reader, call.id, SeatRole.GUEST, "en")


async def test_only_who_is_in_the_call_invites(clinic: Clinic) -> None:
    call = await joining(clinic)
    other = await colleague(clinic)
    with pytest.raises(NotYourCall):
        await calls.invite(other, call.id, SeatRole.GUEST, "en")


async def test_neither_token_nor_code_is_kept(clinic: Clinic) -> None:
    _, made = await invited(clinic)
    given = await press(made)
    row = await CallInvitation.objects().first()
    assert row is not None
    kept = b"|".join((bytes(row.token_hash), bytes(row.code_hash), bytes(row.device_hash)))
    for secret in (token_of(made), made.code, given.token):
        assert secret.encode() not in kept


async def test_a_guest_waits_until_the_host_lets_them_in(clinic: Clinic, exchange: Exchange) -> None:
    call, made = await invited(clinic)
    async with exchange.browser() as guest:
        page = await guest.get(made.path)
        assert page.status_code == 200
        assert "Kamara" not in page.text
        typed = {"name": "Ana Ruiz", "code": made.code, **dict(HIDDEN.findall(page.text))}
        wrong = await guest.post(made.path, data=typed | {"code": "12345"})
        assert wrong.status_code == 422
        pressed = await guest.post(made.path, data=typed)
        assert pressed.headers["location"] == f"/call-guest/{call.id}"
        assert "HttpOnly" in pressed.headers["set-cookie"]
        assert "Please wait" in (await guest.get(pressed.headers["location"])).text
        assert (await guest.get(made.path)).headers["location"] == f"/call-guest/{call.id}"
        cookies = dict(guest.cookies.items())
    async with httpx.AsyncClient(base_url=exchange.url, headers={"Accept": "text/html"}) as other:
        used = await other.get(made.path)
        assert used.status_code == 410
        assert "This link was used already" in used.text
        assert (await other.get(f"/call-guest/{call.id}")).status_code == 404
    headers = {"Cookie": as_header(cookies)}
    async with exchange.end_with(headers, call.id) as end, exchange.end_of(clinic.reader, call.id) as reader:
        welcome = await reader.join()
        mine = await end.join()
        assert [seat.name for seat in mine.seats] == ["Ana Ruiz"]
        assert end.seat_id is not None
        await end.pass_to(welcome.seat_id)
        assert (await end.hear(Refused)).reason == "not-admitted"
        await calls.admit(clinic.reader, call.id, end.seat_id)
        seats = await end.hear_seats(2)
        assert {seat.role for seat in seats.seats} == {"specialist", "interpreter"}
        await end.pass_to(welcome.seat_id, "candidate:in")
        assert await reader.hear_candidates(1) == ["candidate:in"]
        await calls.remove(clinic.reader, call.id, end.seat_id)
        assert await end.hear_end() == "removed"

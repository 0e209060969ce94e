"""A code is for one key within half an hour, and a key is registered by an administrator's yes alone."""

import asyncio
from uuid import UUID

import pytest
from litestar import Litestar

from server.contract.fleet import (
    claim_bytes,
    claim_link,
    clean_code,
    fingerprint,
    grouped_code,
    read_claim_link,
)
from server.core.access import Actor, Role
from server.core.audit.tables import AuditEvent
from server.core.faults import Forbidden, NotFound
from server.core.platform import Platform
from server.fleet import service as fleet
from server.fleet.faults import ClaimDecided
from server.fleet.tables import Claim, Kiosk
from server.identity.faults import SecondFactorRequired
from tests.fleet.kiosk import FakeKiosk, KioskKey
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock


@pytest.fixture
def stranger(app: Litestar) -> FakeKiosk:
    """A kiosk that nobody knows yet."""
    return FakeKiosk(app, KioskKey())


@pytest.fixture
async def claim_id(administrator: Actor) -> UUID:
    group_id = await fleet.make_group(administrator, "North")
    return await fleet.make_claim(administrator, "Room 2", group_id)


@pytest.fixture
async def code(administrator: Actor, claim_id: UUID) -> str:
    return (await fleet.show_claim(administrator, claim_id)).code


async def test_a_kiosk_waits_for_a_yes_and_is_registered_with_its_key(
    administrator: Actor, stranger: FakeKiosk, claim_id: UUID, code: str
) -> None:
    answer = await stranger.claim(grouped_code(code).lower())
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    assert (await fleet.show_claim(administrator, claim_id)).fingerprint == fingerprint(stranger.key.public)
    assert await Kiosk.count() == 0

    await fleet.approve_claim(administrator, claim_id)
    told = (await stranger.claim(code)).json()
    assert (told["state"], told["kioskId"]) == ("approved", str(claim_id))
    stranger.kiosk_id = claim_id
    await stranger.sign_in()
    assert (await stranger.beat()).status_code == 200


async def test_before_the_yes_and_after_a_no_there_is_no_token(
    administrator: Actor, stranger: FakeKiosk, claim_id: UUID, code: str
) -> None:
    await stranger.claim(code)
    stranger.kiosk_id = claim_id
    assert (await stranger.ask_token()).json()["code"] == "assertion-refused"
    await fleet.refuse_claim(administrator, claim_id)
    assert (await stranger.claim(code)).json()["state"] == "refused"
    assert (await stranger.ask_token()).status_code == 401
    with pytest.raises(ClaimDecided):
        await fleet.approve_claim(administrator, claim_id)


async def test_a_code_is_for_the_first_key_that_is_shown(app: Litestar, stranger: FakeKiosk, code: str) -> None:
    others = [FakeKiosk(app, KioskKey()) for _ in range(4)]
    answers = await asyncio.gather(*(each.claim(code) for each in (stranger, *others)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410, 410]


async def test_a_code_ends_after_half_an_hour(platform: Platform, stranger: FakeKiosk, code: str) -> None:
    clock = platform.clock
    assert isinstance(clock, FakeClock)
    clock.advance(minutes=30)
    assert (await stranger.claim(code)).json()["code"] == "claim-refused"


async def test_a_withdrawn_code_is_worth_nothing(
    administrator: Actor, stranger: FakeKiosk, claim_id: UUID, code: str
) -> None:
    await fleet.withdraw_claim(administrator, claim_id)
    assert (await stranger.claim(code)).status_code == 410


async def test_a_claim_is_signed_by_the_key_that_it_brings(app: Litestar, stranger: FakeKiosk, code: str) -> None:
    thief = KioskKey()
    thief.public = stranger.key.public
    assert (await FakeKiosk(app, thief).claim(code)).status_code == 410


async def test_codes_are_kept_by_their_hash_and_guessing_is_bounded(stranger: FakeKiosk, code: str) -> None:
    row = await Claim.objects().first()
    assert row is not None
    assert code.encode() not in b"".join(str(value).encode() for value in row.to_dict().values())
    answers = [(await stranger.claim("AAAA-AAAA")).status_code for _ in range(25)]
    assert answers[:20] == [410] * 20
    assert 429 in answers[20:]


async def test_a_claim_is_one_organisation_s_and_its_administrators(
    administrator: Actor, claim_id: UUID, platform: Platform
) -> None:
    place = await make_organisation("Elsewhere")
    with pytest.raises(NotFound):
        await fleet.approve_claim(await make_person(place.organisation_id, Role.ADMINISTRATOR), claim_id)
    with pytest.raises(Forbidden):
        await fleet.approve_claim(await make_person(administrator.organisation_id, Role.COORDINATOR), claim_id)
    old = await make_person(administrator.organisation_id, Role.ADMINISTRATOR)
    assert isinstance(platform.clock, FakeClock)
    platform.clock.advance(hours=12)
    with pytest.raises(SecondFactorRequired):
        await fleet.approve_claim(old, claim_id)


async def test_every_step_stands_in_the_trail(
    administrator: Actor, stranger: FakeKiosk, claim_id: UUID, code: str
) -> None:
    await stranger.claim(code)
    await fleet.approve_claim(administrator, claim_id)
    rows = await AuditEvent.select(AuditEvent.tag, AuditEvent.actor_kind).where(AuditEvent.subject_id == claim_id)
    assert [(row["tag"], row["actor_kind"]) for row in sorted(rows, key=lambda row: row["tag"])] == [
        ("kiosk:approved", "person"),
        ("kiosk:claimed", "device"),
        ("kiosk:code-made", "person"),
    ]


def test_the_picture_tells_server_and_code() -> None:
    link = claim_link("https://care.example:8443", "7Q2MX90C")
    assert read_claim_link(link) == ("https://care.example:8443", "7Q2MX90C")
    for other in ("https://care.example", "careferry-kiosk:claim", "careferry-kiosk:claim?server=x"):
        with pytest.raises(ValueError, match="not the picture"):
            read_claim_link(other)


def test_how_a_code_was_typed_does_not_matter() -> None:
    assert clean_code(" 7q2m-x9oc ") == "7Q2MX90C"
    assert clean_code("il") == "11"
    assert claim_bytes("7q2m-x9oc", "k") == claim_bytes("7Q2MX90C", "k")

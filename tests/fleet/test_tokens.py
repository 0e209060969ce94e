"""A token is given for one assertion, by the right key, for us and for now; a revocation binds the next request."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from server.core.access import Actor
from server.core.audit.tables import AuditEvent
from server.core.platform import Platform, now
from server.fleet import service as fleet
from server.fleet.service import tokens
from server.fleet.tables import KioskToken
from tests.fleet.kiosk import FakeKiosk, KioskKey
from tests.support.people import sign_in
from tests.support.platforms import FakeClock


@pytest.mark.parametrize("alg", ["Ed25519", "EdDSA"])
async def test_a_signed_assertion_gives_ten_minutes(kiosk: FakeKiosk, alg: str) -> None:
    answer = await kiosk.ask_token(kiosk.key.assertion(kiosk.kiosk_id, alg=alg))
    assert answer.status_code == 200
    assert (answer.json()["expires_in"], answer.json()["token_type"]) == (600, "Bearer")
    assert answer.headers["cache-control"] == "no-store"


async def test_an_assertion_counts_once_however_many_send_it(kiosk: FakeKiosk) -> None:
    assertion = kiosk.key.assertion(kiosk.kiosk_id)
    answers = await asyncio.gather(*(kiosk.ask_token(assertion) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]


async def test_more_than_can_be_answered_soon_are_told_to_come_back(
    kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each at a moment of its own; nothing of it was used up."""
    monkeypatch.setattr(tokens, "TOKENS_AT_ONCE", 3)
    assertions = [kiosk.key.assertion(kiosk.kiosk_id) for _ in range(12)]
    answers = await asyncio.gather(*(kiosk.ask_token(assertion) for assertion in assertions))
    refused = [place for place, answer in enumerate(answers) if answer.status_code == 429]
    assert sum(answer.status_code == 200 for answer in answers) == 12 - len(refused)
    assert 12 - len(refused) >= 3
    assert refused
    assert all(5 <= int(answers[place].headers["Retry-After"]) < 30 for place in refused)
    assert [(await kiosk.ask_token(assertions[place])).status_code for place in refused] == [200] * len(refused)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://elsewhere.example/api/kiosks/token"},
        {"sub": str(UUID(int=1))},
        {"iss": str(UUID(int=2))},
        {"jti": "short"},
        {"jti": None},
        {"exp": 0},
        {"exp": 2**40},
        {"iat": 2**40, "exp": 2**40 + 60},
        {"alg": "none"},
        {"alg": "HS256"},
    ],
    ids=str,
)
async def test_an_assertion_for_another_or_another_time_is_refused(kiosk: FakeKiosk, changed: dict[str, Any]) -> None:
    answer = await kiosk.ask_token(kiosk.key.assertion(kiosk.kiosk_id, **changed))
    assert (answer.status_code, answer.json()["code"]) == (401, "assertion-refused")


@pytest.mark.parametrize("seconds, status", [(-59, 200), (-61, 401), (170, 200), (180, 401)])
async def test_a_clock_may_differ_by_a_minute(kiosk: FakeKiosk, platform: Platform, seconds: int, status: int) -> None:
    """The assertion is for two minutes."""
    assertion = kiosk.key.assertion(kiosk.kiosk_id)
    assert isinstance(platform.clock, FakeClock)
    platform.clock.advance(seconds=seconds)
    assert (await kiosk.ask_token(assertion)).status_code == status


async def test_an_assertion_longer_than_five_minutes_is_refused(kiosk: FakeKiosk) -> None:
    at = int(now().timestamp())
    assert (await kiosk.ask_token(kiosk.key.assertion(kiosk.kiosk_id, exp=at + 300))).status_code == 200
    assert (await kiosk.ask_token(kiosk.key.assertion(kiosk.kiosk_id, exp=at + 301))).status_code == 401


async def test_another_key_and_a_changed_text_are_refused(kiosk: FakeKiosk) -> None:
    assertion = kiosk.key.assertion(kiosk.kiosk_id)
    header, _, signature = assertion.split(".")
    forged = kiosk.key.assertion(kiosk.kiosk_id).split(".")[1]
    for other in (KioskKey().assertion(kiosk.kiosk_id), f"{header}.{forged}.{signature}", "", "a.b.c", "x" * 70_000):
        assert (await kiosk.ask_token(other or " ")).status_code in {401, 413}


async def test_a_revocation_binds_the_next_request(administrator: Actor, kiosk: FakeKiosk) -> None:
    await kiosk.sign_in()
    assert (await kiosk.beat()).status_code == 200
    await fleet.revoke_kiosk(administrator, kiosk.kiosk_id)
    assert (await kiosk.beat()).status_code == 401
    assert (await kiosk.ask_token()).json()["code"] == "kiosk-revoked"
    await fleet.wipe_kiosk(administrator, kiosk.kiosk_id, "Room 2")
    assert (await kiosk.ask_token()).json()["code"] == "kiosk-to-wipe"
    assert (await kiosk.ask_token(KioskKey().assertion(kiosk.kiosk_id))).json()["code"] == "assertion-refused"


async def test_a_token_ends_with_its_time_and_is_forgotten(kiosk: FakeKiosk, platform: Platform) -> None:
    await kiosk.sign_in()
    assert isinstance(platform.clock, FakeClock)
    platform.clock.advance(seconds=599)
    assert (await kiosk.beat()).status_code == 200
    platform.clock.advance(seconds=1)
    assert (await kiosk.beat()).status_code == 401
    platform.clock.advance(seconds=1)
    await fleet.tidy_fleet()
    assert await KioskToken.count() == 0


async def test_a_token_beside_a_person_s_cookie_makes_nobody_more(
    administrator: Actor, kiosk: FakeKiosk, app: Litestar
) -> None:
    """A page that a person may see is not the kiosk's, and a wrong token is nobody, whoever is signed in."""
    await kiosk.sign_in()
    await sign_in(kiosk.client, administrator)
    assert (await kiosk.client.get("/api/me")).status_code == 403
    kiosk.client.headers["Authorization"] = "Bearer nonsense"
    assert (await kiosk.client.get("/api/me")).status_code == 401
    del kiosk.client.headers["Authorization"]
    assert (await kiosk.client.get("/api/me")).status_code == 200


async def test_administrators_acts_stand_in_the_trail_once(administrator: Actor, kiosk: FakeKiosk) -> None:
    for _ in range(2):
        await fleet.ask_for_logs(administrator, kiosk.kiosk_id)
        await fleet.wipe_kiosk(administrator, kiosk.kiosk_id, "Room 2")
    for _ in range(2):
        await fleet.revoke_kiosk(administrator, kiosk.kiosk_id)
    rows = await AuditEvent.select(AuditEvent.tag).where(AuditEvent.subject_id == kiosk.kiosk_id)
    told = sorted(row["tag"] for row in rows)
    assert told[3:] == ["kiosk:logs-asked", "kiosk:revoked", "kiosk:wipe-ordered"]

"""Passwords: what is refused, and how they are kept."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.faults import Unavailable
from server.identity import passwords
from server.identity.password_rules import TOO_LONG, TOO_SHORT, TOO_TELLING, TOO_UNIFORM, problem_with
from server.identity.passwords import DECOY, MAX_WAITING, hash_password, is_password, needs_rehash

KNOWN = ("Dr. Alex Vega-Ruiz", "a.vega@example.org", "")


@pytest.mark.parametrize(
    "password,problem",
    [
        ("fourteen chars", TOO_SHORT),
        ("fifteen letters", None),
        ("x" * 257, TOO_LONG),
        ("ababababababababab", TOO_UNIFORM),
        ("my name is vega and so on", TOO_TELLING),
        ("A.VEGA likes harbours", TOO_TELLING),
        ("example.org is public", None),
        ("alexandria library", TOO_TELLING),
        ("ruinous apple tart 9", None),
    ],
)
def test_what_a_password_must_be(password: str, problem: str | None) -> None:
    assert problem_with(password, known=KNOWN) == problem


@given(st.text(max_size=14))
def test_nothing_short_is_accepted(password: str) -> None:
    assert problem_with(password, known=()) is not None


async def test_the_right_password_and_only_it() -> None:
    hashed = await hash_password("fifteen letters and more")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await is_password(hashed, "fifteen letters and more")
    assert not await is_password(hashed, "fifteen letters and morE")


async def test_the_same_password_typed_on_another_keyboard() -> None:
    composed, decomposed = "ma\u00f1ana en el puerto", "man\u0303ana en el puerto"
    assert await is_password(await hash_password(composed), decomposed)


async def test_nobody_has_no_password() -> None:
    assert not await is_password(None, "anything that is long")


def test_decoy_costs_what_a_real_hash_costs() -> None:
    """Else an unknown address would be answered faster than a known one."""
    assert not needs_rehash(DECOY)


async def test_a_hash_with_other_parameters_is_made_anew() -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("fifteen letters")
    assert needs_rehash(weak)
    assert await is_password(weak, "fifteen letters")


@pytest.mark.parametrize("damaged", ["", "$argon2id$", "not a hash"])
async def test_a_damaged_hash_opens_nothing(damaged: str) -> None:
    assert not await is_password(damaged, "fifteen letters")


async def test_a_flood_is_refused_and_not_piled_up() -> None:
    asked = [asyncio.ensure_future(is_password(None, "x" * 20)) for _ in range(MAX_WAITING + 8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert len(refused) == 8
    assert refused[0].headers["Retry-After"]
    assert not await is_password(None, "and afterwards there is room")

"""Codes of code apps, against the RFC's vectors and another implementation."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp import parse_uri
from pyotp.totp import TOTP

from server.identity import totp

RFC_SECRET = b"12345678901234567890"
# RFC 6238, appendix B, SHA-1: the last six of the eight digits.
RFC_VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize("second,code", RFC_VECTORS)
def test_codes_are_those_of_the_rfc(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert totp.code_at(RFC_SECRET, totp.step_at(at)) == code


@given(st.binary(min_size=16, max_size=32), st.integers(0, 4_000_000_000))
def test_codes_are_those_of_another_implementation(secret: bytes, second: int) -> None:
    theirs = TOTP(totp.base32_secret(secret)).at(second)
    assert totp.code_at(secret, totp.step_at(datetime.fromtimestamp(second, UTC))) == theirs


@pytest.mark.parametrize("late_s,is_valid", [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_one_step_to_either_side_is_accepted(late_s: int, is_valid: bool) -> None:
    at = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
    code = totp.code_at(RFC_SECRET, totp.step_at(at))
    found = totp.matching_step(RFC_SECRET, code, datetime.fromtimestamp(at.timestamp() + late_s, UTC))
    assert (found == totp.step_at(at)) is is_valid


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "\uff12\uff18\uff17\uff10\uff18\uff12", "28708\x00"]
)
def test_what_is_no_code_matches_no_step(typed: str) -> None:
    assert totp.matching_step(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC)) is None


def test_spaces_that_people_copy_do_not_matter() -> None:
    assert totp.matching_step(RFC_SECRET, " 287 082", datetime.fromtimestamp(59, UTC)) == 1


def test_address_for_code_apps_carries_the_secret() -> None:
    address = totp.provisioning_uri(RFC_SECRET, account="a b@example.org", issuer="Careferry")
    read = parse_uri(address)
    assert (read.secret, read.issuer, read.name) == (totp.base32_secret(RFC_SECRET), "Careferry", "a b@example.org")
    assert parse_qs(urlsplit(address).query)["issuer"] == ["Careferry"]

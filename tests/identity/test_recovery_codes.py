"""Recovery codes: random, readable, and forgiving of how they are typed."""

import re

import pytest

from server.identity.recovery_codes import ALPHABET, COUNT, hash_code, new_codes


def test_codes_are_ten_of_eighty_bits() -> None:
    codes = new_codes()
    assert len(set(codes)) == COUNT
    assert all(re.fullmatch(rf"([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", code) for code in codes)


@pytest.mark.parametrize("typed", ["7k3m-9qxd-22tb-h0va", "7K3M9QXD22TBH0VA", " 7K3M 9QXD 22TB HOVA "])
def test_codes_are_read_as_people_type_them(typed: str) -> None:
    assert hash_code(typed) == hash_code("7K3M-9QXD-22TB-H0VA")


def test_another_code_is_another() -> None:
    assert hash_code("7K3M-9QXD-22TB-H0VB") != hash_code("7K3M-9QXD-22TB-H0VA")

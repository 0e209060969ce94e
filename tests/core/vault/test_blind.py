"""Blind indexes: what reads the same is found, and nothing is told across organisations or kinds."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.vault import blind
from server.core.vault.blind import TOKEN_BYTES, BlindIndex

OURS, THEIRS = BlindIndex(b"1" * 32), BlindIndex(b"2" * 32)
FIXED_DATE = date(1980, 2, 29)


def test_tokens_are_what_they_were_when_rows_were_indexed() -> None:
    """Changing any of these loses whoever was indexed before: it takes a re-indexing, not a new value here.

    Computed apart from the code: HMAC-SHA256 of `length|kind|text` under the index key, its first 16 bytes.
    """
    assert OURS.token("phone", " +44 20  7946 ").hex() == "89e59e68a1ebb8712deb62067318583e"
    assert [token.hex() for token in OURS.name_tokens("Núñez")] == ["6884347bf78f54af00c2c0c97f2fc853"]
    assert [token.hex() for token in OURS.phonetic_tokens("Núñez")] == ["6e0ebea5860f491c66aa6a86e43f6bd2"]
    assert OURS.birth_date_token(FIXED_DATE).hex() == "98a2d704bb69561f4622ccd27683cfbe"


@pytest.mark.parametrize(
    "one,other",
    [
        ("José Núñez", "JOSE NUNEZ"),
        ("José", "Jose\u0301"),
        ("Straße", "STRASSE"),
        ("ﬁona", "Fiona"),
        ("\uff37\uff49\uff44\uff45", "wide"),
        ("O'Brien", "O\u2019brien"),
        ("O'Brien", "OBrien"),
        ("Smith-Jones", "smith jones"),
        ("Smith, John", "Smith John"),
        ("  van   der Berg ", "Van Der Berg"),
        ("İstanbul", "istanbul"),
        ("Ἀλέξανδρος", "ΑΛΕΞΑΝΔΡΟΣ"),
        ("محمد", "مُحَمَّد"),
    ],
)
def test_names_that_read_the_same_have_the_same_tokens(one: str, other: str) -> None:
    assert set(OURS.name_tokens(one)) == set(OURS.name_tokens(other))
    assert OURS.name_tokens(one)


@pytest.mark.parametrize(
    "one,other", [("Catherine", "Katherine"), ("Stephen", "Steven"), ("Jiménez", "Gimenez"), ("Smith", "Smyth")]
)
def test_names_that_sound_the_same_are_found_though_spelt_differently(one: str, other: str) -> None:
    assert OURS.phonetic_tokens(one) == OURS.phonetic_tokens(other) != ()
    assert OURS.name_tokens(one) != OURS.name_tokens(other)


@pytest.mark.parametrize("name", ["李小龍", "محمد", "", "  ", "'"])
def test_words_without_a_known_sound_have_no_phonetic_token(name: str) -> None:
    assert OURS.phonetic_tokens(name) == ()


def test_each_word_of_a_name_is_found_alone_and_counted_once() -> None:
    assert OURS.name_tokens("Ana Maria Ana") == (*OURS.name_tokens("Ana"), *OURS.name_tokens("maria"))


@given(st.text(max_size=30), st.text(max_size=30))
def test_different_values_have_different_tokens(one: str, other: str) -> None:
    same = " ".join(blind.normalise(one).split()) == " ".join(blind.normalise(other).split())
    assert (OURS.token("phone", one) == OURS.token("phone", other)) == same


@given(st.text(max_size=30))
def test_normalising_again_changes_nothing(text: str) -> None:
    assert blind.normalise(blind.normalise(text)) == blind.normalise(text)


def test_tokens_of_two_organisations_never_meet() -> None:
    assert OURS.token("phone", "1") != THEIRS.token("phone", "1")
    assert not set(OURS.name_tokens("Ana Maria")) & set(THEIRS.name_tokens("Ana Maria"))
    assert OURS.birth_date_token(FIXED_DATE) != THEIRS.birth_date_token(FIXED_DATE)


def test_tokens_of_two_kinds_never_meet() -> None:
    tokens = [
        OURS.token("a", "b|c"),
        OURS.token("a|b", "c"),
        OURS.token("", "a|b|c"),
        OURS.token("phone", "ana"),
        OURS.token("email", "ana"),
        *OURS.name_tokens("ana"),
        *OURS.phonetic_tokens("ana"),
        OURS.birth_date_token(FIXED_DATE),
        OURS.token("x", FIXED_DATE.isoformat()),
    ]
    assert len(set(tokens)) == len(tokens)
    assert {len(token) for token in tokens} == {TOKEN_BYTES}


@pytest.mark.usefixtures("platform")
async def test_an_organisations_index_is_stable_and_its_own() -> None:
    ours, theirs = uuid4(), uuid4()
    assert await blind.token(ours, "phone", "1") == await blind.token(ours, "phone", "1")
    assert await blind.token(ours, "phone", "1") != await blind.token(theirs, "phone", "1")
    assert await blind.name_tokens(ours, "Ana") == (await blind.index(ours)).name_tokens("Ana")
    assert await blind.phonetic_tokens(ours, "Ana") == (await blind.index(ours)).phonetic_tokens("Ana")
    assert await blind.birth_date_token(ours, FIXED_DATE) == (await blind.index(ours)).birth_date_token(FIXED_DATE)

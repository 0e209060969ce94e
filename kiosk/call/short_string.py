"""The short string as people read it out: four words of BIP 39's list, and the same as digits for any language."""

import unicodedata
from functools import cache

from mnemonic import Mnemonic

from server.contract.call import SHORT_STRING_BITS

WORD_BITS = 11
DIGITS = 14
"""2^44 has fourteen."""
_LISTS = {"en": "english", "es": "spanish"}


def words_of(bits: int, language: str) -> tuple[str, ...]:
    """In `language`, which must be the same at both ends; English where there is no list for it."""
    words = _words(_LISTS.get(language.partition("-")[0], _LISTS["en"]))
    shifts = range(SHORT_STRING_BITS - WORD_BITS, -1, -WORD_BITS)
    return tuple(words[bits >> shift & (1 << WORD_BITS) - 1] for shift in shifts)


def digits_of(bits: int) -> str:
    """In groups of two for the voice: `12 34 56 78 90 12 34`."""
    digits = str(bits).zfill(DIGITS)
    return " ".join(digits[place : place + 2] for place in range(0, DIGITS, 2))


def language_of(one: str, other: str) -> str:
    """The language of a leg's words: that of both people, else English."""
    return one.partition("-")[0] if one.partition("-")[0] == other.partition("-")[0] else "en"


@cache
def _words(name: str) -> tuple[str, ...]:
    # The Spanish list is published decomposed: an accent would stand apart from its letter in some fonts.
    return tuple(unicodedata.normalize("NFC", word) for word in Mnemonic(name).wordlist)

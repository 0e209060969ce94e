"""Blind indexes: keyed tokens by which names, identifiers and birth dates are found without being readable."""

import hashlib
import hmac
import unicodedata
from datetime import date
from uuid import UUID

import jellyfish

from server.core.vault import organisation_keys
from server.core.vault.tables import KeyPurpose

APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"
TOKEN_BYTES = 16
"""Half of the HMAC: enough that no two values of one organisation meet, half the index."""


class BlindIndex:
    """The index of one organisation: equal text gives equal tokens here, and unrelated ones elsewhere."""

    def __init__(self, index_key: bytes) -> None:
        self._key = index_key

    def token(self, kind: str, text: str) -> bytes:
        """The token of a whole value (an identifier, a contact); case, width and spacing do not matter."""
        return self._digest(kind, " ".join(normalise(text).split()))

    def name_tokens(self, name: str) -> tuple[bytes, ...]:
        """One token for each word of a name, without repetition."""
        return tuple(self._digest("name", word) for word in words_of(name))

    def phonetic_tokens(self, name: str) -> tuple[bytes, ...]:
        """One token for each way a word of the name sounds (Metaphone; words it has no sound for have none)."""
        sounds = (jellyfish.metaphone(word) for word in words_of(name))
        return tuple(self._digest("phonetic", sound) for sound in dict.fromkeys(sounds) if sound)

    def birth_date_token(self, birth_date: date) -> bytes:
        return self._digest("birth-date", birth_date.isoformat())

    def _digest(self, kind: str, text: str) -> bytes:
        message = f"{len(kind)}|{kind}|{text}".encode()
        return hmac.new(self._key, message, hashlib.sha256).digest()[:TOKEN_BYTES]


def normalise(text: str) -> str:
    """Compatibility-decomposed (NFKD), case-folded, without marks: `Núñez` and `NUNEZ` are the same."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in folded if not unicodedata.combining(character))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a normalised name, each once; apostrophes join (`O'Brien`), all else that is no letter parts."""
    joined = "".join(character for character in normalise(name) if character not in APOSTROPHES)
    parted = "".join(character if character.isalnum() else " " for character in joined)
    return tuple(dict.fromkeys(parted.split()))


async def index(organisation_id: UUID) -> BlindIndex:
    """The organisation's index; its key is made on first use and never rotated."""
    key = await organisation_keys.current(organisation_id, KeyPurpose.INDEX)
    return BlindIndex(key.unwrap())


async def token(organisation_id: UUID, kind: str, text: str) -> bytes:
    """The token of one whole value; for several, take `index` once."""
    return (await index(organisation_id)).token(kind, text)


async def name_tokens(organisation_id: UUID, name: str) -> tuple[bytes, ...]:
    return (await index(organisation_id)).name_tokens(name)


async def phonetic_tokens(organisation_id: UUID, name: str) -> tuple[bytes, ...]:
    return (await index(organisation_id)).phonetic_tokens(name)


async def birth_date_token(organisation_id: UUID, birth_date: date) -> bytes:
    return (await index(organisation_id)).birth_date_token(birth_date)

"""What a password must be: long, and not made of what everyone knows about its owner (NIST SP 800-63B, 5.1.1)."""

import unicodedata
from collections.abc import Iterable

from server.web.catalogue import N_

MIN_LENGTH = 15
MAX_LENGTH = 256
MIN_DIFFERENT = 5
TELLING_LENGTH = 4
"""Shorter pieces of a name occur in many good passwords by chance."""

TOO_SHORT = N_("Use at least 15 characters. A few words that do not belong together are easy to remember.")
TOO_LONG = N_("Use at most 256 characters.")
TOO_UNIFORM = N_("Use more than a few different characters.")
TOO_TELLING = N_("Leave out your name and your e-mail address.")


def normalise(password: str) -> str:
    """One form for each text however it was typed (RFC 8265, 4.2: OpaqueString uses NFC)."""
    return unicodedata.normalize("NFC", password)


def problem_with(password: str, *, known: Iterable[str]) -> str | None:
    """Why the password is refused, None if it is not; `known` are the person's name and contacts."""
    text = normalise(password)
    if len(text) < MIN_LENGTH:
        return TOO_SHORT
    if len(text) > MAX_LENGTH:
        return TOO_LONG
    if len(set(text)) < MIN_DIFFERENT:
        return TOO_UNIFORM
    if any(piece in text.casefold() for piece in _telling_pieces(known)):
        return TOO_TELLING
    return None


def _telling_pieces(known: Iterable[str]) -> set[str]:
    pieces: set[str] = set()
    for text in known:
        local_part = text.partition("@")[0].casefold()
        separated = "".join(character if character.isalnum() else " " for character in local_part)
        pieces.update(separated.split(), {local_part})
    return {piece for piece in pieces if len(piece) >= TELLING_LENGTH}

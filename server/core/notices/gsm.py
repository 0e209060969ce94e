"""Writes an SMS in the letters of GSM (3GPP TS 23.038, 6.2.1) where it can: one other letter halves its room."""

import unicodedata

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")
"""Take the room of two letters."""


def in_gsm(text: str) -> str:
    """The text, letters that GSM lacks without their marks (`sabado`, `miércoles`); as it is where that is no help."""
    bare = "".join(letter if _is_gsm(letter) else unicodedata.normalize("NFKD", letter)[0] for letter in text)
    return bare if all(map(_is_gsm, bare)) else text


def _is_gsm(letter: str) -> bool:
    return letter in GSM or letter in EXTENDED

"""Strings that cannot occur by chance, and the forms in which one could lie hidden in bytes."""

import base64
import json
import secrets
from collections.abc import Iterator


class Marks:
    """Each name has a mark of its own, made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        return self._made.setdefault(name, f"Canary{secrets.token_hex(8)}")

    def note(self, name: str, value: str) -> str:
        """A mark that has a form of its own, such as a telephone number."""
        return self._made.setdefault(name, value)

    def __len__(self) -> int:
        return len(self._made)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._made.items())


def forms_of(mark: str) -> dict[str, bytes]:
    """The mark as text in several encodings; base64 once for each way it can fall into groups of three bytes."""
    plain = mark.encode()
    return {
        "plain": plain,
        "lower case": mark.lower().encode(),
        "UTF-16 LE": mark.encode("utf-16-le"),
        "UTF-16 BE": mark.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "reversed": plain[::-1],
        "JSON": json.dumps(mark)[1:-1].encode(),
        **{f"base64 at {shift}": _base64_core(plain, shift) for shift in range(3)},
    }


def _base64_core(plain: bytes, shift: int) -> bytes:
    """What is sure to stand in the base64 of any text in which `plain` begins at `shift` modulo 3."""
    whole = base64.b64encode(bytes(shift) + plain)
    first = -(-shift * 4 // 3) + (1 if shift else 0)
    last = len(plain) + shift - (len(plain) + shift) % 3
    return whole[first : last * 4 // 3]


def find(marks: Marks, place: str, content: bytes) -> list[str]:
    """Every mark that stands in `content` in any form: what was marked, in which form, where."""
    return [
        f"{name} ({form}) in {place}"
        for name, mark in marks
        for form, needle in forms_of(mark).items()
        if needle in content
    ]

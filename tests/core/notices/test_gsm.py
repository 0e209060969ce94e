"""What leaves by SMS keeps to GSM's letters where it can."""

import pytest

from server.core.notices.gsm import in_gsm


@pytest.mark.parametrize(
    "text, written",
    [
        ("sábado, anúlela aquí: él ñandú", "sabado, anulela aqui: él ñandu"),
        ("miércoles, 9:00 (Madrid, UTC+02:00) [a_b]", "miércoles, 9:00 (Madrid, UTC+02:00) [a_b]"),
        ("sábado в 9:00", "sábado в 9:00"),
        ("sábado, 9:00 😀", "sábado, 9:00 😀"),
        ("", ""),
    ],
)
def test_marks_are_dropped_where_that_makes_room(text: str, written: str) -> None:
    assert in_gsm(text) == written

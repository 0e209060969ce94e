"""The kiosk's units start verbs that exist, and its updater comes at moments of its own."""

import re
from pathlib import Path

import pytest

from kiosk.__main__ import _parser

FOLDER = Path(__file__).parents[2] / "infra/kiosk"
STARTS = re.compile(r"^ExecStart=\S+/python -P -m kiosk (.+)$", re.MULTILINE)


@pytest.mark.parametrize("unit, verb", [("careferry-kiosk", "keep"), ("careferry-update", "update")])
def test_unit_starts_a_verb_that_exists(unit: str, verb: str) -> None:
    (command,) = STARTS.findall((FOLDER / f"{unit}.service").read_text())
    assert command.split()[0] == verb
    assert callable(_parser().parse_args(command.split()).handler)


def test_ten_thousand_timers_do_not_ring_together() -> None:
    timer = (FOLDER / "careferry-update.timer").read_text()
    assert "RandomizedDelaySec=40min" in timer
    assert "Persistent" not in timer, "a missed turn would be made up for at once, by everybody"

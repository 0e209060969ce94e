"""The app's pure modules under Node's own test runner."""

from pathlib import Path

import pytest

from tests.support.node_units import run_unit, units_beside


@pytest.mark.parametrize("unit", units_beside(__file__), ids=lambda unit: unit.name)
def test_units(unit: Path, tmp_path: Path) -> None:
    run_unit(unit, tmp_path)

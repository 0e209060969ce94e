"""The units start commands that exist, with settings that are accepted as they are given."""

import re
from pathlib import Path

import pytest

from server.cli.main import create_parser
from server.settings import load

FOLDER = Path(__file__).parents[2] / "infra/systemd"


def test_example_settings_are_accepted() -> None:
    lines = (FOLDER / "settings.env.example").read_text().splitlines()
    settings = load(dict(line.split("=", 1) for line in lines if not line.startswith("#")))
    assert settings.mode == "production"
    assert settings.objects.folder == Path("/var/lib/careferry/objects")


@pytest.mark.parametrize("unit", sorted(FOLDER.glob("*.service")), ids=lambda unit: unit.stem)
def test_unit_starts_commands_that_exist(unit: Path) -> None:
    commands = re.findall(r"^Exec\w+=/opt/careferry/bin/careferry (.+)$", unit.read_text(), re.MULTILINE)
    assert commands
    for command in commands:
        assert callable(create_parser().parse_args(command.split()).handler)

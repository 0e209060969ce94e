"""The `careferry audit` command as a shell runs it, on the settings of a platform under test."""

import argparse
import os

import pytest

from server.core.audit.commands import register
from server.core.platform import Platform


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args([str(argument) for argument in arguments])
    return parsed.handler(parsed)


def configure(monkeypatch: pytest.MonkeyPatch, platform: Platform) -> None:
    """The platform's settings as the environment gives them."""
    settings = platform.settings
    for name in [name for name in os.environ if name.startswith("CAREFERRY__")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CAREFERRY__DATABASE__URL", settings.database.url)
    monkeypatch.setenv("CAREFERRY__OBJECTS__FOLDER", str(settings.objects.folder))
    monkeypatch.setenv("CAREFERRY__KEYS__FOLDER", str(settings.keys.folder))
    monkeypatch.setenv("CAREFERRY__WEB__PUBLIC_URL", settings.web.public_url)
    monkeypatch.setenv("CAREFERRY__AUDIT__CHECKPOINTS", str(settings.audit.checkpoints))

"""One isolated sandbox and the folder of real photographs, shared by the tests of imaging."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging.sandbox import Sandbox
from tests.support.requirements import data_folder, require_server


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    require_server("bubblewrap")
    with Sandbox() as started:
        yield started


@pytest.fixture(scope="session")
def photos() -> Path:
    require_server("data")
    return data_folder() / "photos"

"""The stacks that journeys run on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.stack import EVERY_STACK, Stack, StackKind, open_stack
from tests.support.platforms import Templates


@pytest.fixture(params=EVERY_STACK)
async def stack(request: pytest.FixtureRequest, tmp_path: Path, templates: Templates) -> AsyncIterator[Stack]:
    """An installation on each stack; the test starts its processes."""
    kind: StackKind = request.param
    seaweedfs = None if kind is StackKind.EMBEDDED else request.getfixturevalue("seaweedfs")
    async with open_stack(kind, tmp_path, templates, seaweedfs) as opened:
        yield opened

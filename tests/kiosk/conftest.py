"""A spool in a folder of its own, a key to seal to, and a desk with its screen."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.spool.opening import open_spool
from kiosk.spool.spool import Spool
from tests.kiosk.desks import StillDesk, open_browser, open_desk
from tests.kiosk.test_sign_in import Clock


@pytest.fixture
def recipient() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


@pytest.fixture
def public_key(recipient: X25519PrivateKey) -> bytes:
    return recipient.public_key().public_bytes_raw()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = open_spool(tmp_path / "spool")
    yield opened.spool
    opened.spool.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[StillDesk]:
    with open_desk(tmp_path, clock) as desk:
        yield desk


@pytest.fixture
def browser(desk: StillDesk) -> Iterator[httpx.Client]:
    with open_browser(desk) as client:
        yield client

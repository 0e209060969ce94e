"""A spool in a folder of its own, and a key to seal to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.spool.opening import open_spool
from kiosk.spool.spool import Spool


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

"""Receipts and the succession of the keys that sign them: vectors, and what a device that was dark believes."""

import itertools
import json
from importlib.resources import files
from typing import Any

import msgspec
import pytest

from server.contract.receipt import Receipt, SigningKey, endorsed_bytes, follow, is_signed, signed_bytes
from tests.contract.signatures import verify

VECTORS: dict[str, Any] = json.loads(files("server.contract").joinpath("vectors/signing.json").read_text())
KEYS = [
    msgspec.convert({name: value for name, value in key.items() if name != "endorsedBytes"}, SigningKey)
    for key in VECTORS["keys"]
]
FIRST, SECOND, THIRD = KEYS
RECEIPT = msgspec.convert(VECTORS["receipt"], Receipt)


def test_the_signed_bytes_are_those_of_the_vectors() -> None:
    assert signed_bytes(RECEIPT).decode() == VECTORS["receiptSignedBytes"]
    for key, vector in zip(KEYS[1:], VECTORS["keys"][1:], strict=True):
        assert endorsed_bytes(key).decode() == vector["endorsedBytes"]


@pytest.mark.parametrize("offered", list(itertools.permutations(KEYS)))
def test_every_successor_is_believed_from_the_pinned_key_in_whatever_order_they_come(
    offered: tuple[SigningKey, ...],
) -> None:
    believed = follow(FIRST, offered, verify)
    assert believed == {key.key_id: key for key in KEYS}
    assert is_signed(RECEIPT, believed, verify)


def test_a_device_pinned_to_a_later_key_does_not_need_the_first() -> None:
    assert set(follow(SECOND, KEYS, verify)) == {SECOND.key_id, THIRD.key_id}


def test_a_gap_in_the_line_is_not_bridged() -> None:
    believed = follow(FIRST, [THIRD], verify)
    assert set(believed) == {FIRST.key_id}
    assert not is_signed(RECEIPT, believed, verify)


@pytest.mark.parametrize(
    "changed",
    [
        {"public_key": FIRST.public_key},
        {"starts_at": FIRST.starts_at},
        {"key_id": "receipts-0009-00000000"},
        {"endorsed_by": THIRD.key_id},
        {"endorsement": THIRD.endorsement},
        {"endorsement": ""},
        {"endorsement": "not base64url!"},
    ],
)
def test_a_changed_successor_is_not_believed(changed: dict[str, Any]) -> None:
    forged = msgspec.structs.replace(SECOND, **changed)
    assert set(follow(FIRST, [forged, THIRD], verify)) == {FIRST.key_id}


def test_a_key_offered_under_the_pinned_id_does_not_replace_it() -> None:
    impostor = msgspec.structs.replace(SECOND, key_id=FIRST.key_id)
    assert follow(FIRST, [impostor], verify)[FIRST.key_id] == FIRST


@pytest.mark.parametrize(
    "changed", [{"held": ()}, {"absent": ()}, {"key_id": SECOND.key_id}, {"key_id": "unknown"}, {"signature": ""}]
)
def test_a_changed_receipt_is_not_signed(changed: dict[str, Any]) -> None:
    believed = follow(FIRST, KEYS, verify)
    assert not is_signed(msgspec.structs.replace(RECEIPT, **changed), believed, verify)

"""The vector of a kiosk's claim, which the kiosk's own code has to reproduce."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.contract import fleet
from server.contract.fleet import KioskClaim, claim_bytes, claim_link, fingerprint, read_claim_link
from server.fleet.signatures import is_claimed_by_holder


@pytest.fixture
def vector() -> dict[str, Any]:
    assert fleet.__file__ is not None
    return json.loads((Path(fleet.__file__).parent / "vectors/kiosk_claim.json").read_text())


def test_the_vector_is_what_is_signed_and_shown(vector: dict[str, Any]) -> None:
    assert claim_bytes(vector["typedCode"], vector["publicKey"]) == vector["signedText"].encode()
    assert fingerprint(vector["publicKey"]) == vector["fingerprint"]
    code = vector["signedText"].split("|")[1]
    assert claim_link(vector["server"], code) == vector["link"]
    assert read_claim_link(vector["link"]) == (vector["server"], code)


def test_its_signature_holds_for_its_code_alone(vector: dict[str, Any]) -> None:
    claim = KioskClaim(code=vector["typedCode"], public_key=vector["publicKey"], signature=vector["signature"])
    assert is_claimed_by_holder(claim)
    other = KioskClaim(code="AAAA-AAAA", public_key=vector["publicKey"], signature=vector["signature"])
    assert not is_claimed_by_holder(other)

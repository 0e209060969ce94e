"""A call's bytes: vectors that the contract, a second implementation and the kiosk agree on."""

import json
from importlib.resources import files
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.call.short_string import digits_of, language_of, words_of
from kiosk.call.signing import CallKey, is_signed
from server.contract.call import (
    SHORT_STRING_BITS,
    CallSignature,
    Seat,
    commitment_of,
    fingerprint_bytes,
    revealed_bytes,
    short_string_bits,
)
from server.contract.call import (
    CallKey as PublicKey,
)
from tests.contract import reference_call

VECTORS: list[dict[str, Any]] = json.loads(files("server.contract").joinpath("vectors/call.json").read_text())[
    "vectors"
]


@pytest.mark.parametrize("vector", VECTORS)
def test_what_is_revealed_and_its_string(vector: dict[str, Any]) -> None:
    revealed: list[bytes] = []
    for end in vector["ends"]:
        seat = msgspec.convert(end["seat"], Seat)
        revealed.append(revealed_bytes(UUID(vector["callId"]), seat, end["publicKey"], end["nonce"]))
        written = reference_call.revealed(vector["callId"], end["seat"], end["publicKey"], end["nonce"])
        assert revealed[-1] == written == bytes.fromhex(end["revealed"])
        assert commitment_of(written) == reference_call.commitment(written) == end["commitment"]
    bits = short_string_bits(*revealed)
    assert bits == reference_call.bits(*revealed) == vector["shortStringBits"] < 2**SHORT_STRING_BITS
    assert {language: list(words_of(bits, language)) for language in ("en", "es")} == vector["words"]
    assert digits_of(bits) == vector["digits"]


@pytest.mark.parametrize("vector", VECTORS)
def test_a_fingerprint_holds_under_its_signature_alone(vector: dict[str, Any]) -> None:
    describe = vector["describe"]
    sender, receiver = (vector["ends"][place] for place in (describe["signer"], 1 - describe["signer"]))
    call, one, other = vector["callId"], sender["seat"]["seatId"], receiver["seat"]["seatId"]
    generation, fingerprint = describe["generation"], describe["fingerprint"]
    under = fingerprint_bytes(UUID(call), UUID(one), UUID(other), generation, fingerprint)
    assert under == bytes.fromhex(describe["bytes"])
    assert under == reference_call.under_signature(call, one, other, generation, fingerprint)
    assert is_signed(sender["publicKey"], under, describe["signature"])
    assert not is_signed(receiver["publicKey"], under, describe["signature"])
    assert not is_signed(sender["publicKey"], under + b"\0", describe["signature"])


@pytest.mark.parametrize("public", ["B" + "A" * 86, "", "not base64url!", "A" * 87])
def test_a_point_that_is_not_on_the_curve_signs_nothing(public: str) -> None:
    assert not is_signed(public, b"", CallKey().sign(b""))


@given(st.binary())
def test_what_a_kiosk_signs_travels_as_the_contract_says(content: bytes) -> None:
    key = CallKey()
    assert msgspec.convert(key.public, PublicKey) == key.public
    assert is_signed(key.public, content, msgspec.convert(key.sign(content), CallSignature))


def test_words_are_of_the_language_that_both_people_read() -> None:
    assert [language_of("es", "es-PE"), language_of("es", "en"), language_of("fr", "fr")] == ["es", "en", "fr"]
    assert words_of(0, "fr") == words_of(0, "en")

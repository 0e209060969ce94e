"""The hand-off's line: vectors that kiosk, phone and description agree on, and what is no message of this phone."""

import json
from importlib.resources import files
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.phone.line import Line, NotTheirs
from server.contract.handoff import (
    HEAD_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    PIECE_BYTES_MAX,
    Question,
    decode_question,
    encode_question,
)
from server.contract.sealing import Malformed
from tests.contract.reference_handoff import ReferencePhone

VECTORS = json.loads(files("server.contract").joinpath("vectors/handoff.json").read_text())["vectors"]
KIOSK = X25519PrivateKey.from_private_bytes(bytes(range(32)))
KIOSK_KEY = KIOSK.public_key().public_bytes_raw()
TICKET = "0123456789abcdef"


def pair() -> tuple[ReferencePhone, Line]:
    phone = ReferencePhone(bytes(range(32, 64)), KIOSK_KEY, TICKET)
    return phone, Line(KIOSK, phone.public_key, TICKET)


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vectors_hold_for_the_kiosk_and_the_description(vector: dict[str, Any]) -> None:
    kiosk = X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["kioskPrivate"]))
    assert kiosk.public_key().public_bytes_raw().hex() == vector["kioskPublic"]
    phone = ReferencePhone(
        bytes.fromhex(vector["phonePrivate"]), bytes.fromhex(vector["kioskPublic"]), vector["ticket"]
    )
    content = bytes((7 * place) % 256 for place in range(vector["contentBytes"]))
    head = json.dumps(vector["question"], separators=(",", ":")).encode()
    message = phone.seal(vector["number"], head, content)
    assert message.hex() == vector["message"]
    line = Line(kiosk, phone.public_key, vector["ticket"])
    assert line.code == phone.code == vector["code"]
    heard: list[bytes] = []
    answer = line.answer(message, lambda plain: heard.append(plain) or vector["answer"].encode())
    assert answer.hex() == vector["sealedAnswer"]
    assert phone.open(answer) == (vector["number"], vector["answer"].encode())
    question, piece = decode_question(heard[0])
    assert piece == content
    assert (question.piece is not None) == bool(content)


def test_the_last_question_gets_its_answer_again_and_is_heard_once() -> None:
    phone, line = pair()
    heard: list[bytes] = []
    message = phone.seal(1, b"{}", b"once")

    def think(plain: bytes) -> bytes:
        heard.append(plain)
        return b"%d" % len(heard)

    assert line.answer(message, think) == line.answer(message, think)
    assert len(heard) == 1


def test_an_older_question_and_another_of_the_same_number_are_not_heard() -> None:
    phone, line = pair()
    old, new = phone.seal(3, b"{}", b"old"), phone.seal(4, b"{}")
    line.answer(old, bytes)
    line.answer(new, bytes)
    for message in (old, phone.seal(4, b"{}", b"another"), phone.seal(2, b"{}")):
        with pytest.raises(NotTheirs):
            line.answer(message, bytes)
    assert phone.open(line.answer(phone.seal(9, b"{}"), bytes))[0] == 9


def test_another_phone_another_ticket_and_an_answer_played_back_do_not_open() -> None:
    phone, line = pair()
    stranger = ReferencePhone(bytes(range(99, 131)), KIOSK_KEY, TICKET)
    elsewhere = ReferencePhone(bytes(range(32, 64)), KIOSK_KEY, "another ticket!!")
    answer = line.answer(phone.seal(1, b"{}"), bytes)
    assert stranger.code != phone.code
    for message in (stranger.seal(2, b"{}"), elsewhere.seal(2, b"{}"), answer, b"", b"\0" * 8):
        with pytest.raises(NotTheirs):
            line.answer(message, bytes)


@given(st.data())
def test_whatever_was_changed_or_cut_does_not_open(data: st.DataObject) -> None:
    phone, line = pair()
    message = bytearray(phone.seal(7, b"{}", b"a photograph"))
    place = data.draw(st.integers(0, len(message) - 1))
    changed = bytearray(message)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    for wrong in (bytes(changed), bytes(message[:place]), bytes(message) + b"\0"):
        with pytest.raises(NotTheirs):
            line.answer(wrong, bytes)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), bytes(32), b"\1" + bytes(31)])
def test_what_is_no_key_or_has_a_secret_that_anybody_knows_is_refused(key: bytes) -> None:
    with pytest.raises(NotTheirs):
        Line(KIOSK, key, TICKET)


@given(st.binary(max_size=200))
def test_whatever_is_inside_is_a_question_or_malformed(plain: bytes) -> None:
    try:
        question, content = decode_question(plain)
    except Malformed:
        return
    assert plain.endswith(content)
    assert isinstance(question, Question)


def test_the_largest_message_fits_and_nothing_larger() -> None:
    phone, line = pair()
    head = b"{}" + b" " * (HEAD_BYTES_MAX - 2)
    largest = phone.seal(1, head, bytes(PIECE_BYTES_MAX))
    assert len(largest) == MESSAGE_BYTES_MAX
    line.answer(largest, bytes)
    with pytest.raises(NotTheirs):
        line.answer(phone.seal(2, head, bytes(PIECE_BYTES_MAX + 1)), bytes)
    with pytest.raises(Malformed):
        decode_question(encode_question(Question())[:-1])

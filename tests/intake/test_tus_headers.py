"""The header fields of tus, right and wrong."""

import base64
import hashlib
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.faults import BadInput
from server.intake.faults import DeferredLengthRefused
from server.intake.schemas import Checksum
from server.intake.tus.headers import (
    BadUploadHeader,
    decode_metadata,
    http_date,
    read_checksum,
    read_count,
    read_new_upload,
)
from tests.intake.clinic import declare
from tests.intake.tus import creation_headers, metadata, metadata_of

NEW = declare(b"a photograph", uuid4())
HEADERS = {name.lower(): value for name, value in creation_headers(NEW).items()}
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","), min_size=1, max_size=20)


def test_a_creation_is_read_as_it_was_declared() -> None:
    read = read_new_upload(HEADERS)
    assert (read.case_id, read.patient_id, read.part_id) == (NEW.case_id, NEW.patient_id, NEW.part_id)
    assert (read.sha256, read.media_type, read.length_bytes) == (NEW.sha256, NEW.media_type, NEW.length_bytes)
    assert read.metadata == HEADERS["upload-metadata"]


def test_a_deferred_length_is_refused_by_name() -> None:
    with pytest.raises(DeferredLengthRefused):
        read_new_upload({**HEADERS, "upload-defer-length": "1"})


@pytest.mark.parametrize("key", sorted(metadata_of(NEW)))
def test_each_of_our_keys_must_be_there(key: str) -> None:
    left = {name: value for name, value in metadata_of(NEW).items() if name != key}
    with pytest.raises(BadUploadHeader, match=key):
        read_new_upload({**HEADERS, "upload-metadata": metadata(left)})


@pytest.mark.parametrize(
    "key, value",
    [
        ("case", "7"),
        ("patient", "x"),
        ("part", ""),
        ("sha256", "ab"),
        ("sha256", "A" * 64),
        ("mediaType", "jpeg"),
        ("mediaType", "image/jpeg\r\nX: y"),
        ("mediaType", "image/" + "a" * 80),
    ],
)
def test_a_value_of_another_form_is_refused_by_its_key(key: str, value: str) -> None:
    with pytest.raises(BadUploadHeader, match=key):
        read_new_upload({**HEADERS, "upload-metadata": metadata({**metadata_of(NEW), key: value})})


@given(st.dictionaries(KEYS, st.text(max_size=40), max_size=6))
def test_metadata_that_was_encoded_is_decoded(values: dict[str, str]) -> None:
    assert decode_metadata(metadata(values)) == values


@given(st.text(max_size=60))
def test_whatever_is_sent_as_metadata_is_decoded_or_refused(header: str) -> None:
    try:
        decoded = decode_metadata(header)
    except BadInput:
        return
    assert all(key.isascii() for key in decoded)


@pytest.mark.parametrize(
    "header",
    [
        "case !!!",
        "case YQ==,case YQ==",
        " YQ==,",
        "ключ YQ==",
        "case " + base64.b64encode(b"\xff").decode(),
        "case \x80",
    ],
)
def test_metadata_of_another_form_is_refused(header: str) -> None:
    with pytest.raises(BadUploadHeader):
        decode_metadata(header)


def test_metadata_is_bounded() -> None:
    with pytest.raises(BadUploadHeader):
        decode_metadata("x " + "A" * 4096)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.5", "0x0", "1 ", "٣", "1_000", "9" * 19])
def test_a_count_is_plain_digits(text: str) -> None:
    with pytest.raises(BadUploadHeader, match="Upload-Offset"):
        read_count({"upload-offset": text}, "Upload-Offset")


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_every_count_is_read(count: int) -> None:
    assert read_count({"upload-offset": str(count)}, "Upload-Offset") == count


@pytest.mark.parametrize(
    "header", ["", "md5 YQ==", "crc32 AAAA", "sha256", "sha256 !!", "sha256 YQ==", "sha1 YQ==", "sha1 \x80"]
)
def test_a_checksum_that_is_not_offered_is_refused(header: str) -> None:
    with pytest.raises(BadUploadHeader, match="Upload-Checksum"):
        read_checksum({"upload-checksum": header})


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_checksum_is_read(algorithm: str) -> None:
    digest = hashlib.new(algorithm, b"x").digest()
    header = f"{algorithm} {base64.b64encode(digest).decode()}"
    assert read_checksum({"upload-checksum": header}) == Checksum(algorithm, digest)
    assert read_checksum({}) is None


def test_dates_are_http_dates() -> None:
    assert http_date(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) == "Mon, 02 Mar 2026 09:00:00 GMT"

"""Key files: made once, private, durable in succession, and refused by name when one is missing or damaged."""

import base64
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from server.contract.receipt import SigningKey, follow
from server.core.keys import KeysRefused, create_keys, load_keys, rotate_audit, rotate_master, rotate_receipts
from server.core.keys.signing import verify_signature
from server.core.keys.wrapping import WrapRefused

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "secrets" / "keys"
    create_keys(made, AT)
    return made


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_first_keys_are_made_once(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert create_keys(folder) == ()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(name.split("-")[0] for name in before if name.endswith(".key")) == [
        "audit",
        "master",
        "receipts",
        "sealing",
    ]


def test_key_files_and_their_folder_are_their_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    before = os.umask(0)
    try:
        create_keys(folder)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.key")} == {0o600}


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o660, 0o777])
def test_a_key_that_others_can_reach_is_refused_by_its_path(folder: Path, mode: int) -> None:
    path = only(folder, "master-*.key")
    path.chmod(mode)
    with pytest.raises(KeysRefused, match=re.escape(str(path))):
        load_keys(folder)


def test_a_key_that_its_group_can_read_is_accepted_as_kubernetes_mounts_it(folder: Path) -> None:
    only(folder, "master-*.key").chmod(0o440)
    assert load_keys(folder).masters.ids


@pytest.mark.parametrize("kind", ["master", "receipts", "audit"])
def test_a_missing_key_is_refused_by_the_folder_and_the_kind(folder: Path, kind: str) -> None:
    only(folder, f"{kind}-*.key").unlink()
    with pytest.raises(KeysRefused, match=re.escape(f"{folder} holds no {kind}-")):
        load_keys(folder)


def test_a_missing_folder_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(KeysRefused, match=re.escape(str(tmp_path / "absent"))):
        load_keys(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()


def test_a_file_that_is_named_like_no_key_is_refused(folder: Path) -> None:
    (folder / "master-copy.key").write_bytes(b"")
    with pytest.raises(KeysRefused, match=re.escape("master-copy.key")):
        load_keys(folder)


@pytest.mark.parametrize(
    "content", [b"", b"not base64!", base64.b64encode(b"short"), base64.b64encode(bytes(32)), b"\xff\xfe"]
)
def test_a_damaged_master_key_is_refused_by_its_path(folder: Path, content: bytes) -> None:
    path = only(folder, "master-*.key")
    path.write_bytes(content)
    with pytest.raises(KeysRefused, match=re.escape(str(path))):
        load_keys(folder)


def test_a_signing_key_under_anothers_name_is_refused(folder: Path) -> None:
    receipts, audit = only(folder, "receipts-*.key"), only(folder, "audit-*.key")
    receipts.write_bytes(audit.read_bytes())
    with pytest.raises(KeysRefused, match=str(receipts)):
        load_keys(folder)


def test_a_signing_key_that_is_no_pem_is_refused_by_its_path(folder: Path) -> None:
    path = only(folder, "receipts-*.key")
    path.write_bytes(b"-----BEGIN NOTHING-----")
    with pytest.raises(KeysRefused, match=re.escape(str(path))):
        load_keys(folder)


@pytest.mark.parametrize("content", [None, b"{}", b"not json"])
def test_a_missing_or_damaged_public_half_is_refused_by_its_path(folder: Path, content: bytes | None) -> None:
    path = only(folder, "audit-*.pub")
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(KeysRefused, match=re.escape(str(path))):
        load_keys(folder)


def test_the_public_half_of_another_key_is_refused(folder: Path) -> None:
    audit, receipts = only(folder, "audit-*.pub"), only(folder, "receipts-*.pub")
    audit.write_bytes(receipts.read_bytes())
    with pytest.raises(KeysRefused, match="not the public half"):
        load_keys(folder)


def test_signatures_verify_and_a_changed_content_does_not(folder: Path) -> None:
    ring = load_keys(folder)
    for signer in (ring.receipts, ring.audit):
        key_id, signature = signer.sign(b"content")
        (public,) = signer.public()
        assert key_id == public.key_id
        assert verify_signature(public.public_key, signature, b"content")
        assert not verify_signature(public.public_key, signature, b"changed")
    assert ring.receipts.public() != ring.audit.public()


def test_a_public_half_is_a_wire_key_that_names_its_beginning(folder: Path) -> None:
    public = msgspec.json.decode(only(folder, "receipts-*.pub").read_bytes(), type=SigningKey)
    assert public == load_keys(folder).receipts.public()[0]
    assert (public.starts_at, public.endorsed_by, public.endorsement) == (AT, "", "")


def test_a_rotated_receipt_key_signs_and_can_be_followed_from_the_first(folder: Path) -> None:
    first = load_keys(folder).receipts
    _, before = first.sign(b"content")
    made = [rotate_receipts(folder, AT), rotate_receipts(folder, AT)]
    rotated = load_keys(folder).receipts
    key_id, after = rotated.sign(b"content")
    believed = follow(first.public()[0], rotated.public(), verify_signature)
    assert key_id == made[-1]
    assert list(believed) == [first.public()[0].key_id, *made]
    assert verify_signature(believed[key_id].public_key, after, b"content")
    assert verify_signature(first.public()[0].public_key, before, b"content")


def test_rotating_the_audit_key_leaves_the_receipt_key(folder: Path) -> None:
    before = load_keys(folder)
    rotate_audit(folder, AT)
    after = load_keys(folder)
    assert after.receipts.public() == before.receipts.public()
    assert len(after.audit.public()) == 2


def test_a_rotated_master_key_wraps_and_the_one_before_still_unwraps(folder: Path) -> None:
    first = load_keys(folder).masters
    first_id, wrapped = first.wrap(b"k" * 32, b"place")
    made = rotate_master(folder)
    rotated = load_keys(folder).masters
    assert rotated.wrap(b"k" * 32, b"place")[0] == made == rotated.newest_id
    assert rotated.unwrap(first_id, wrapped, b"place") == b"k" * 32


def test_rotations_are_in_sequence_past_four_digits(folder: Path) -> None:
    path = only(folder, "master-*.key")
    path.rename(path.with_name(path.name.replace("-0001-", "-9999-")))
    assert rotate_master(folder).startswith("master-10000-")
    assert load_keys(folder).masters.newest_id.startswith("master-10000-")


def test_a_wrapped_key_opens_only_where_it_was_bound(folder: Path) -> None:
    masters = load_keys(folder).masters
    master_id, wrapped = masters.wrap(b"k" * 32, b"place")
    damaged = [bytes([*wrapped[:at], wrapped[at] ^ 1, *wrapped[at + 1 :]]) for at in range(len(wrapped))]
    for attempt in [(master_id, wrapped, b"elsewhere"), ("master-0009-00000000", wrapped, b"place")] + [
        (master_id, changed, b"place") for changed in [*damaged, b"", wrapped[:-1]]
    ]:
        with pytest.raises(WrapRefused):
            masters.unwrap(*attempt)


def test_wrapping_one_key_twice_differs(folder: Path) -> None:
    masters = load_keys(folder).masters
    assert masters.wrap(b"k" * 32, b"place") != masters.wrap(b"k" * 32, b"place")


def test_no_key_material_shows_in_what_a_log_would_print(folder: Path) -> None:
    ring = load_keys(folder)
    secret = base64.b64decode(only(folder, "master-*.key").read_bytes())
    for shown in (repr(ring), repr(ring.masters), repr(ring.receipts)):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown

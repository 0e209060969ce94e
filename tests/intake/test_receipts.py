"""Receipts can be verified by a device that knows only a key it pinned long ago."""

from uuid import uuid4

import msgspec

from server.contract.receipt import SigningKey, follow, is_signed
from server.core.keys import load_keys, rotate_receipts
from server.core.keys.signing import verify_signature
from server.core.platform import Platform, bind_platform, now
from server.intake.routes import RECEIPT_KEYS_PATH
from server.intake.service import issue_receipt
from tests.intake.application import create_intake_app, http_client

HELD, ABSENT, REFUSED = ("a" * 64,), ("b" * 64, "c" * 64), ("d" * 64,)


async def published() -> tuple[SigningKey, ...]:
    """The keys as a device that is not signed in gets them."""
    async with http_client(create_intake_app({})) as http:
        answer = await http.get(RECEIPT_KEYS_PATH)
    assert answer.status_code == 200
    assert "public" in answer.headers["Cache-Control"]
    return msgspec.json.decode(answer.content, type=tuple[SigningKey, ...])


async def test_a_receipt_says_what_is_held_and_is_signed(sqlite_platform: Platform) -> None:
    case_id = uuid4()
    receipt = issue_receipt(
        case_id=case_id, submission_sha256="e" * 64, received_at=now(), held=HELD, absent=ABSENT, refused=REFUSED
    )
    assert (receipt.case_id, receipt.held, receipt.absent, receipt.refused) == (case_id, HELD, ABSENT, REFUSED)
    assert not receipt.is_complete
    assert receipt.issued_at == sqlite_platform.clock.now()
    (pinned,) = await published()
    believed = follow(pinned, [], verify_signature)
    assert is_signed(receipt, believed, verify_signature)
    forged = msgspec.structs.replace(receipt, held=(*HELD, *ABSENT), absent=())
    assert not is_signed(forged, believed, verify_signature)


async def test_a_device_that_was_dark_follows_the_keys_that_came_since(sqlite_platform: Platform) -> None:
    (pinned,) = await published()
    for _ in range(3):
        rotate_receipts(sqlite_platform.settings.keys.folder, now())
    keys = load_keys(sqlite_platform.settings.keys.folder)
    bind_platform(msgspec.structs.replace(sqlite_platform, keys=keys))
    receipt = issue_receipt(case_id=uuid4(), submission_sha256="e" * 64, received_at=now(), held=HELD, absent=())
    assert receipt.is_complete
    assert receipt.key_id != pinned.key_id
    assert not is_signed(receipt, follow(pinned, [], verify_signature), verify_signature)
    assert is_signed(receipt, follow(pinned, await published(), verify_signature), verify_signature)

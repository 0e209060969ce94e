"""Things done once: the key, the request's hash and the response commit with the effect, whoever asks how often."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from server.core import vault
from server.core.faults import KeyReused
from server.core.ids import new_id
from server.core.outbox import enqueue
from server.core.platform import Platform, now
from server.intake.jobs import RemovePieces
from server.intake.service import Response, once
from server.intake.tables import StoredResponse
from tests.intake.clinic import Clinic
from tests.intake.records import jobs_of, only_row

REQUEST, OTHER = (hashlib.sha256(body).hexdigest() for body in (b"a request", b"another"))


def effect(clinic: Clinic, response: bytes = b"done") -> Callable[[], Awaitable[Response]]:
    """Something about the clinic's patient that leaves one row each time it happens."""

    async def leave_row() -> Response:
        await enqueue(RemovePieces(organisation_id=clinic.organisation_id, upload_id=new_id()))
        return Response(response, await vault.key(clinic.vault_id))

    return leave_row


async def happened() -> int:
    return len(await jobs_of(RemovePieces.name))


async def test_the_same_request_again_gets_the_first_response(clinic: Clinic) -> None:
    first = await once(clinic.worker, "case", "key", REQUEST, effect(clinic, b"first"))
    again = await once(clinic.worker, "case", "key", REQUEST, effect(clinic, b"second"))
    assert (first, again) == (b"first", b"first")
    assert await happened() == 1


async def test_another_request_under_the_key_is_refused_and_the_first_kept(clinic: Clinic) -> None:
    await once(clinic.worker, "case", "key", REQUEST, effect(clinic, b"first"))
    with pytest.raises(KeyReused):
        await once(clinic.worker, "case", "key", OTHER, effect(clinic, b"second"))
    assert await once(clinic.worker, "case", "key", REQUEST, effect(clinic)) == b"first"
    assert await happened() == 1


async def test_another_actor_is_told_nothing(clinic: Clinic) -> None:
    await once(clinic.worker, "case", "key", REQUEST, effect(clinic, b"first"))
    for other in (clinic.colleague, clinic.stranger):
        with pytest.raises(KeyReused):
            await once(other, "case", "key", REQUEST, effect(clinic))
    assert await happened() == 1


async def test_keys_of_other_scopes_do_not_meet(clinic: Clinic) -> None:
    assert await once(clinic.worker, "case", "key", REQUEST, effect(clinic, b"a")) == b"a"
    assert await once(clinic.worker, "parts", "key", OTHER, effect(clinic, b"b")) == b"b"


async def test_an_effect_that_fails_leaves_the_key_free(clinic: Clinic) -> None:
    async def fail() -> Response:
        await effect(clinic)()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await once(clinic.worker, "case", "key", REQUEST, fail)
    assert await happened() == 0
    assert not await StoredResponse.exists()
    assert await once(clinic.worker, "case", "key", OTHER, effect(clinic)) == b"done"


async def test_keys_do_not_expire(clinic: Clinic, platform: Platform) -> None:
    await once(clinic.worker, "case", "key", REQUEST, effect(clinic, b"first"))
    platform.clock.advance(days=3650)  # type: ignore[attr-defined]
    assert await once(clinic.worker, "case", "key", REQUEST, effect(clinic)) == b"first"
    assert (await only_row(StoredResponse))["recorded_at"] == now() - timedelta(days=3650)


async def test_of_concurrent_duplicates_exactly_one_happens(clinic: Clinic) -> None:
    async def slow() -> Response:
        await asyncio.sleep(0)
        return await effect(clinic, str(new_id()).encode())()

    answers = await asyncio.gather(*(once(clinic.worker, "case", "key", REQUEST, slow) for _ in range(12)))
    assert len(set(answers)) == 1
    assert await happened() == 1


async def test_of_concurrent_rivals_one_wins_and_the_others_are_told(clinic: Clinic) -> None:
    hashes = [hashlib.sha256(bytes([number])).hexdigest() for number in range(8)]
    requests = (once(clinic.worker, "case", "key", each, effect(clinic, each.encode())) for each in hashes)
    answers = await asyncio.gather(*requests, return_exceptions=True)
    assert sorted(isinstance(answer, KeyReused) for answer in answers) == [False, *[True] * 7]
    assert await happened() == 1


async def test_the_response_is_stored_sealed(clinic: Clinic) -> None:
    await once(clinic.worker, "case", "key", REQUEST, effect(clinic, b"a digest that outlives nobody"))
    row = await only_row(StoredResponse)
    assert b"outlives" not in row["sealed"]


async def test_erasing_the_patient_erases_the_response_too(clinic: Clinic) -> None:
    await once(clinic.worker, "case", "key", REQUEST, effect(clinic))
    await vault.shred(clinic.worker, clinic.vault_id)
    with pytest.raises(vault.Shredded):
        await once(clinic.worker, "case", "key", REQUEST, effect(clinic))
    assert await happened() == 1

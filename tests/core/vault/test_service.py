"""The life of a vault on both databases: made, shared, unshared, held, shredded."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from server.core import vault
from server.core.access import Actor, system_actor
from server.core.audit.tables import AuditEvent
from server.core.db import transaction
from server.core.faults import Unavailable
from server.core.platform import Platform
from server.core.vault import HeldByLaw, NoSuchVault, Shredded, Tampered
from server.core.vault.tables import OrganisationKey, Vault, VaultDataKey

pytestmark = pytest.mark.usefixtures("platform")
NAME = "patient/7/name"


class Interrupted(Exception):
    pass


async def interrupt_after(step: Callable[[], Awaitable[None]]) -> None:
    """Do the step in a transaction that then fails."""
    with suppress(Interrupted):
        async with transaction():
            await step()
            raise Interrupted


@pytest.fixture
def owner() -> UUID:
    return uuid4()


@pytest.fixture
def reader() -> UUID:
    return uuid4()


@pytest.fixture
def actor(owner: UUID) -> Actor:
    return system_actor(owner)


async def audit_tags(subject_id: UUID) -> list[str]:
    rows = await AuditEvent.select(AuditEvent.tag).where(AuditEvent.subject_id == subject_id).order_by(AuditEvent.id)
    return [row["tag"] for row in rows]


async def test_what_one_unit_of_work_seals_another_opens(owner: UUID) -> None:
    vault_id = await vault.create(owner)
    sealed = (await vault.key(vault_id)).seal(NAME, b"content")
    assert (await vault.key(vault_id, owner)).open(NAME, sealed) == b"content"


async def test_vaults_do_not_open_each_others_content(owner: UUID) -> None:
    one, other = [await vault.key(await vault.create(owner)) for _ in range(2)]
    with pytest.raises(Tampered):
        other.open(NAME, one.seal(NAME, b"content"))


async def test_many_keys_come_at_once_and_the_ones_that_do_not_open_are_left_out(owner: UUID, reader: UUID) -> None:
    mine = [await vault.create(owner) for _ in range(3)]
    theirs = await vault.create(reader)
    found = await vault.keys([*mine, theirs, uuid4()], owner)
    assert set(found) == set(mine)
    sealed = (await vault.key(mine[1])).seal(NAME, b"content")
    assert found[mine[1]].open(NAME, sealed) == b"content"
    assert await vault.keys([], owner) == {}
    assert set(await vault.keys([*mine, theirs])) == {*mine, theirs}


async def test_an_unknown_vault_is_refused() -> None:
    with pytest.raises(NoSuchVault):
        await vault.key(uuid4())


async def test_a_vault_of_a_transaction_that_failed_was_never_made(owner: UUID) -> None:
    made: list[UUID] = []

    async def make() -> None:
        made.append(await vault.create(owner))

    await interrupt_after(make)
    with pytest.raises(NoSuchVault):
        await vault.key(made[0])


async def test_an_organisation_without_a_copy_is_refused_until_shared_and_after_unsharing(
    owner: UUID, reader: UUID
) -> None:
    vault_id = await vault.create(owner)
    sealed = (await vault.key(vault_id)).seal(NAME, b"content")
    with pytest.raises(NoSuchVault):
        await vault.key(vault_id, reader)
    await vault.share(vault_id, reader)
    await vault.share(vault_id, reader)
    shared = await vault.key(vault_id, reader)
    assert shared.open(NAME, sealed) == b"content"
    assert (await vault.key(vault_id)).open(NAME, shared.seal(NAME, b"answer")) == b"answer"
    await vault.unshare(vault_id, reader)
    await vault.unshare(vault_id, reader)
    with pytest.raises(NoSuchVault):
        await vault.key(vault_id, reader)
    assert (await vault.key(vault_id)).open(NAME, sealed) == b"content"


async def test_sharing_one_vault_shares_no_other(owner: UUID, reader: UUID) -> None:
    shared, private = await vault.create(owner), await vault.create(owner)
    await vault.share(shared, reader)
    with pytest.raises(NoSuchVault):
        await vault.key(private, reader)


async def test_the_owners_own_copies_cannot_be_unshared(owner: UUID) -> None:
    vault_id = await vault.create(owner)
    with pytest.raises(ValueError, match="shredding"):
        await vault.unshare(vault_id, owner)
    assert await vault.key(vault_id)


async def test_an_organisation_has_one_directory_whoever_comes_first(owner: UUID, reader: UUID) -> None:
    found = await asyncio.gather(*(vault.directory(owner) for _ in range(6)))
    assert len(set(found)) == 1
    assert await vault.directory(reader) != found[0]
    assert await Vault.count().where(Vault.organisation_id == owner) == 1
    assert await OrganisationKey.count().where(OrganisationKey.organisation_id == owner) == 1
    assert await vault.key(found[0], owner)


async def test_shredding_destroys_every_copy_and_says_so(owner: UUID, reader: UUID, actor: Actor) -> None:
    vault_id, other_id = await vault.create(owner), await vault.create(owner)
    await vault.share(vault_id, reader)
    await vault.shred(actor, vault_id)
    await vault.shred(actor, vault_id)
    for holder in (None, owner, reader):
        with pytest.raises(Shredded):
            await vault.key(vault_id, holder)
    with pytest.raises(Shredded):
        await vault.share(vault_id, uuid4())
    assert await VaultDataKey.count().where(VaultDataKey.vault == vault_id) == 0
    assert await vault.key(other_id)
    assert await audit_tags(vault_id) == ["vault:shredded"]


async def test_a_shredding_that_was_rolled_back_destroyed_nothing(owner: UUID, actor: Actor) -> None:
    vault_id = await vault.create(owner)
    await interrupt_after(lambda: vault.shred(actor, vault_id))
    assert await vault.key(vault_id)
    assert await audit_tags(vault_id) == []


async def test_an_unknown_vault_cannot_be_shredded_or_held(actor: Actor) -> None:
    for attempt in (vault.shred(actor, uuid4()), vault.hold(actor, uuid4()), vault.share(uuid4(), uuid4())):
        with pytest.raises(NoSuchVault):
            await attempt


async def test_a_legal_hold_beats_shredding_until_it_is_released(owner: UUID, actor: Actor) -> None:
    vault_id = await vault.create(owner)
    await vault.hold(actor, vault_id)
    with pytest.raises(HeldByLaw):
        await vault.shred(actor, vault_id)
    assert await vault.key(vault_id)
    await vault.release_hold(actor, vault_id)
    await vault.shred(actor, vault_id)
    with pytest.raises(Shredded):
        await vault.key(vault_id)
    assert await audit_tags(vault_id) == ["vault:held", "vault:hold-released", "vault:shredded"]


async def test_a_share_that_races_a_shredding_leaves_no_copy(owner: UUID, actor: Actor) -> None:
    vault_id = await vault.create(owner)
    shares = [vault.share(vault_id, uuid4()) for _ in range(4)]
    outcomes = await asyncio.gather(*shares[:2], vault.shred(actor, vault_id), *shares[2:], return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, Shredded) for outcome in outcomes)
    assert await VaultDataKey.count().where(VaultDataKey.vault == vault_id) == 0


async def test_a_copy_moved_to_another_holder_does_not_open(owner: UUID, reader: UUID) -> None:
    vault_id, bait_id = await vault.create(owner), await vault.create(reader)
    await vault.share(bait_id, owner)
    row = await VaultDataKey.objects().where(VaultDataKey.vault == vault_id).first()
    assert row is not None
    await (
        VaultDataKey.update({VaultDataKey.wrapped: row.wrapped})
        .where(VaultDataKey.vault == bait_id)
        .where(VaultDataKey.organisation_id == owner)
    )
    with pytest.raises(Tampered):
        await vault.key(bait_id, owner)


async def test_an_organisation_key_put_in_anothers_place_does_not_open(owner: UUID, reader: UUID) -> None:
    vault_id = await vault.create(owner)
    await vault.create(reader)
    theirs = await OrganisationKey.objects().where(OrganisationKey.organisation_id == reader).first()
    assert theirs is not None
    await OrganisationKey.update({OrganisationKey.wrapped: theirs.wrapped}).where(
        OrganisationKey.organisation_id == owner
    )
    with pytest.raises(Tampered):
        await vault.key(vault_id)


async def test_one_query_opens_a_vault(owner: UUID, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    vault_id = await vault.create(owner)
    asked: list[str] = []
    run = platform.engine.run_querystring

    async def counting(querystring: object, in_pool: bool = True) -> object:
        asked.append(str(querystring))
        return await run(querystring, in_pool)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(platform.engine, "run_querystring", counting)
    await vault.key(vault_id, owner)
    assert len(asked) == 1


async def test_scrubbing_leaves_nothing_of_a_shredded_key_in_the_files(
    sqlite_platform: Platform, tmp_path: Path
) -> None:
    """Only SQLite's files are the process's own to read."""
    owner = uuid4()
    vault_id = await vault.create(owner)
    row = await VaultDataKey.objects().where(VaultDataKey.vault == vault_id).first()
    assert row is not None
    database = [tmp_path / "careferry.sqlite", tmp_path / "careferry.sqlite-wal"]
    assert any(row.wrapped in path.read_bytes() for path in database)
    await vault.shred(system_actor(owner), vault_id)
    await vault.scrub()
    assert not any(row.wrapped in path.read_bytes() for path in database)


async def test_scrubbing_tells_when_a_reader_keeps_the_log_alive(sqlite_platform: Platform, tmp_path: Path) -> None:
    pool = await sqlite_platform.engine.pool()  # pyright: ignore[reportUnknownVariableType, reportAttributeAccessIssue]
    with closing(sqlite3.connect(tmp_path / "careferry.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM vault").fetchall()
        await vault.create(uuid4())
        # After the last BEGIN, which sets it back.
        await pool.writer.execute("PRAGMA busy_timeout = 10")  # pyright: ignore[reportUnknownMemberType]  (Piccolo types no pool)
        with pytest.raises(Unavailable):
            await vault.scrub()
    await vault.scrub()


async def test_scrubbing_works_on_every_database(owner: UUID, actor: Actor) -> None:
    vault_id = await vault.create(owner)
    await vault.shred(actor, vault_id)
    await vault.scrub()
    with pytest.raises(Shredded):
        await vault.key(vault_id)

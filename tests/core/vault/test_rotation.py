"""Rotation of each layer of keys on both databases: what was sealed before opens, the older wrapping is gone."""

from collections.abc import Callable
from uuid import UUID, uuid4

import msgspec
import pytest

from server.contract.sealing import decode_header
from server.core import vault
from server.core.access import system_actor
from server.core.keys import create_keys, load_keys, rotate_master
from server.core.platform import Platform, bind_platform
from server.core.vault import NoSuchVault, Shredded, Tampered, rotation
from server.core.vault.tables import KeyPurpose, OrganisationKey, VaultDataKey

NAME = "patient/7/name"


@pytest.fixture
def owner() -> UUID:
    return uuid4()


@pytest.fixture
def restart(platform: Platform) -> Callable[[], str]:
    """Bind the platform anew with the keys that are now in the folder; returns the newest master key's id."""

    def bound_again() -> str:
        keys = load_keys(platform.settings.keys.folder)
        bind_platform(msgspec.structs.replace(platform, keys=keys))
        return keys.masters.newest_id

    return bound_again


async def organisation_versions(organisation_id: UUID) -> list[int]:
    rows = (
        await OrganisationKey.select(OrganisationKey.version)
        .where(OrganisationKey.organisation_id == organisation_id)
        .where(OrganisationKey.purpose == KeyPurpose.WRAPPING)
        .order_by(OrganisationKey.version)
    )
    return [row["version"] for row in rows]


@pytest.mark.usefixtures("platform")
class TestDataKey:
    async def test_seals_anew_and_opens_what_was_sealed_before_for_every_holder(self, owner: UUID) -> None:
        reader, late = uuid4(), uuid4()
        vault_id = await vault.create(owner)
        await vault.share(vault_id, reader)
        before = (await vault.key(vault_id)).seal(NAME, b"before")
        assert await vault.rotate_data_key(vault_id) == 2
        after = (await vault.key(vault_id)).seal(NAME, b"after")
        await vault.share(vault_id, late)
        assert [decode_header(sealed).key_version for sealed in (before, after)] == [1, 2]
        for holder in (owner, reader, late):
            key = await vault.key(vault_id, holder)
            assert (key.open(NAME, before), key.open(NAME, after)) == (b"before", b"after")

    async def test_addresses_stay(self, owner: UUID) -> None:
        vault_id = await vault.create(owner)
        before = (await vault.key(vault_id)).digest_address("ab" * 32)
        await vault.rotate_data_key(vault_id)
        assert (await vault.key(vault_id)).digest_address("ab" * 32) == before

    async def test_unsharing_takes_every_version(self, owner: UUID) -> None:
        reader = uuid4()
        vault_id = await vault.create(owner)
        await vault.share(vault_id, reader)
        await vault.rotate_data_key(vault_id)
        await vault.unshare(vault_id, reader)
        with pytest.raises(NoSuchVault):
            await vault.key(vault_id, reader)
        assert await VaultDataKey.count().where(VaultDataKey.vault == vault_id) == 2

    async def test_a_shredded_vault_has_none_to_rotate(self, owner: UUID) -> None:
        vault_id = await vault.create(owner)
        await vault.shred(system_actor(owner), vault_id)
        with pytest.raises(Shredded):
            await vault.rotate_data_key(vault_id)


@pytest.mark.usefixtures("platform")
class TestOrganisationKey:
    async def test_wraps_every_copy_again_in_as_many_batches_as_it_takes(
        self, owner: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rotation, "BATCH", 3)
        other = uuid4()
        vault_ids = [await vault.create(owner) for _ in range(7)]
        foreign = await vault.create(other)
        await vault.share(foreign, owner)
        await vault.rotate_data_key(vault_ids[0])
        sealed = {vault_id: (await vault.key(vault_id)).seal(NAME, b"content") for vault_id in [*vault_ids, foreign]}
        assert await vault.rotate_organisation_key(owner) == 2
        newest = (
            await OrganisationKey.objects()
            .where(OrganisationKey.organisation_id == owner)
            .order_by(OrganisationKey.version, ascending=False)
            .first()
        )
        assert newest is not None
        held = await VaultDataKey.select(VaultDataKey.organisation_key).where(VaultDataKey.organisation_id == owner)
        assert [row["organisation_key"] for row in held] == [newest.id] * 9
        for vault_id, content in sealed.items():
            assert (await vault.key(vault_id, owner)).open(NAME, content) == b"content"
        assert await organisation_versions(other) == [1]

    async def test_the_replaced_key_is_destroyed_by_the_rotation_after(self, owner: UUID) -> None:
        vault_id = await vault.create(owner)
        sealed = (await vault.key(vault_id)).seal(NAME, b"content")
        await vault.rotate_organisation_key(owner)
        assert await organisation_versions(owner) == [1, 2]
        await vault.rotate_organisation_key(owner)
        assert await organisation_versions(owner) == [2, 3]
        assert (await vault.key(vault_id)).open(NAME, sealed) == b"content"

    async def test_the_blind_index_is_not_rotated(self, owner: UUID) -> None:
        before = await vault.blind.token(owner, "phone", "+44 20 7946 0000")
        await vault.rotate_organisation_key(owner)
        await vault.rotate_organisation_key(owner)
        assert await vault.blind.token(owner, "phone", "+44 20 7946 0000") == before


class TestMasterKey:
    async def test_every_organisation_key_moves_under_the_newest_and_the_old_file_can_go(
        self, platform: Platform, owner: UUID, restart: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rotation, "BATCH", 2)
        folder = platform.settings.keys.folder
        old_id = platform.keys.masters.newest_id
        vault_id = await vault.create(owner)
        sealed = (await vault.key(vault_id)).seal(NAME, b"content")
        others = [await vault.create(uuid4()) for _ in range(4)]
        token = await vault.blind.token(owner, "phone", "1")
        rotate_master(folder)
        newest_id = restart()
        assert (await vault.key(vault_id)).open(NAME, sealed) == b"content"
        assert await vault.masters_in_use() == {old_id}
        assert await vault.rewrap_master() == 6
        assert await vault.rewrap_master() == 0
        assert await vault.masters_in_use() == {newest_id}
        (folder / f"{old_id}.key").unlink()
        restart()
        assert (await vault.key(vault_id)).open(NAME, sealed) == b"content"
        assert await vault.blind.token(owner, "phone", "1") == token
        assert len(await vault.keys(others)) == 4

    async def test_without_its_master_key_nothing_opens(
        self, platform: Platform, owner: UUID, restart: Callable[[], str]
    ) -> None:
        folder = platform.settings.keys.folder
        vault_id = await vault.create(owner)
        (folder / f"{platform.keys.masters.newest_id}.key").unlink()
        create_keys(folder)
        restart()
        with pytest.raises(Tampered, match="not among the master keys"):
            await vault.key(vault_id)

"""What every object store must do; each store's tests inherit it with a `store` fixture of their own."""

import asyncio
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.objects import BadObjectKey, ObjectExists, ObjectMissing, ObjectStore

ESCAPING_KEYS = [
    "",
    "/etc/passwd",
    "../outside",
    "a/../../outside",
    "a/..",
    "a/./b",
    ".hidden",
    "a/.hidden",
    ".incoming/x",
    "a//b",
    "a/",
    "a\\b",
    "a\0b",
    "a b",
    "é",
    "a\n",
    "x" * 201,
    "/".join(["x" * 100] * 6),
]

# The fixture is shared by all examples of a test: each writes under a key of its own.
# The suite is inherited, which matters only where failures are replayed from a database that two stores share.
each_with_its_own_key = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


def new_key(prefix: str = "t") -> str:
    return f"{prefix}/{secrets.token_hex(8)}"


async def keys_of(store: ObjectStore, prefix: str = "") -> list[str]:
    """What the store lists, sorted, since each store has an order of its own."""
    return sorted([info.key async for info in store.list(prefix)])


class ObjectStoreSuite:
    @each_with_its_own_key
    @given(data=st.binary(max_size=3000), start=st.integers(0, 4000), length=st.integers(1, 4000))
    async def test_reads_back_any_range_of_what_was_put(
        self, store: ObjectStore, data: bytes, start: int, length: int
    ) -> None:
        key = new_key()
        await store.put(key, data)
        assert await store.get(key) == data
        assert await store.get(key, start) == data[start:]
        assert await store.get(key, start, length) == data[start : start + length]
        assert await store.size(key) == len(data)

    async def test_reads_back_an_object_of_many_network_buffers(self, store: ObjectStore) -> None:
        data = secrets.token_bytes(9 * 1024 * 1024 + 7)
        await store.put("large", data)
        assert await store.get("large") == data
        assert await store.get("large", 8 * 1024 * 1024, 64) == data[8 * 1024 * 1024 :][:64]

    @pytest.mark.parametrize("of", [bytes, bytearray, memoryview])
    async def test_takes_any_buffer(self, store: ObjectStore, of: type) -> None:
        await store.put("buffer", of(b"content"))
        assert await store.get("buffer") == b"content"

    async def test_keeps_the_first_of_two_contents_of_one_size(self, store: ObjectStore) -> None:
        await store.put("k", b"first!")
        await store.put("k", b"second")
        assert await store.get("k") == b"first!"

    async def test_refuses_another_size_under_a_key_and_keeps_the_first(self, store: ObjectStore) -> None:
        await store.put("k", b"first")
        with pytest.raises(ObjectExists):
            await store.put("k", b"longer than the first")
        with pytest.raises(ObjectExists):
            await store.put("k", b"")
        assert await store.get("k") == b"first"

    async def test_one_of_many_concurrent_contents_is_kept_whole(self, store: ObjectStore) -> None:
        contents = [bytes([number]) * 100_000 for number in range(8)]
        await asyncio.gather(*(store.put("a/b/raced", content) for content in contents))
        assert await store.get("a/b/raced") in contents

    async def test_a_missing_object_has_no_size_and_cannot_be_read(self, store: ObjectStore) -> None:
        assert await store.size("absent") is None
        with pytest.raises(ObjectMissing):
            await store.get("absent")
        with pytest.raises(ObjectMissing):
            await store.get("absent", 5, 5)

    async def test_a_folder_of_keys_is_not_itself_an_object(self, store: ObjectStore) -> None:
        await store.put("folder/object", b"1")
        assert await store.size("folder") is None
        with pytest.raises(ObjectMissing):
            await store.get("folder")
        await store.delete("folder")
        assert await store.get("folder/object") == b"1"

    async def test_what_was_deleted_is_gone_and_may_be_written_anew(self, store: ObjectStore) -> None:
        await store.put("a/b/c", b"first")
        await store.put("a/other", b"stays")
        await store.delete("a/b/c")
        assert await store.size("a/b/c") is None
        assert await keys_of(store) == ["a/other"]
        await store.put("a/b/c", b"another size")
        assert await store.get("a/b/c") == b"another size"

    async def test_deleting_what_is_not_there_is_no_error(self, store: ObjectStore) -> None:
        await store.put("kept", b"1")
        await store.delete("absent")
        await store.delete("absent/deeper")
        await store.delete("kept")
        await store.delete("kept")
        assert await keys_of(store) == []

    async def test_lists_exactly_the_keys_with_a_prefix(self, store: ObjectStore) -> None:
        keys = ["a/1", "a/10", "a/2", "a/b/c", "a/b-c", "ab/1", "b", "B"]
        for key in keys:
            await store.put(key, key.encode())
        assert await keys_of(store) == sorted(keys)
        assert await keys_of(store, "a/") == sorted(key for key in keys if key.startswith("a/"))
        assert await keys_of(store, "a/b") == ["a/b-c", "a/b/c"]
        assert await keys_of(store, "a") == sorted(key for key in keys if key.startswith("a"))
        assert await keys_of(store, "nothing/") == []

    async def test_lists_sizes_and_when_each_was_stored(self, store: ObjectStore) -> None:
        await store.put("first", b"123")
        await store.put("later", b"")
        first, later = sorted([info async for info in store.list()], key=lambda info: info.key)
        assert (first.size_bytes, later.size_bytes) == (3, 0)
        assert first.stored_at.utcoffset() is not None
        assert first.stored_at <= later.stored_at

    @pytest.mark.parametrize("key", ESCAPING_KEYS)
    async def test_refuses_keys_that_could_name_something_outside(self, store: ObjectStore, key: str) -> None:
        for attempt in (store.put(key, b"1"), store.get(key), store.size(key), store.delete(key)):
            with pytest.raises(BadObjectKey):
                await attempt
        assert await keys_of(store) == []

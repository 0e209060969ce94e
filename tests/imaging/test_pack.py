"""A pack gives back what was put in, byte for byte, and refuses an index that points elsewhere."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.pack import MAGIC, PackInvalid, Part, read_index, slice_of, total_bytes, write_pack

NAMES = st.text("abcXYZ019._-/", min_size=1, max_size=40)


def packed(*parts: tuple[str, bytes]) -> bytes:
    _, buffers = write_pack([Part(name, "image/jpeg", memoryview(content)) for name, content in parts])
    return b"".join(buffers)


@given(st.dictionaries(NAMES, st.binary(max_size=300), min_size=1, max_size=120))
def test_every_entry_is_one_range_of_the_object(contents: dict[str, bytes]) -> None:
    data = packed(*contents.items())
    index = read_index(data)
    assert total_bytes(index) == len(data)
    for name, content in contents.items():
        offset, length = slice_of(index, name)
        assert data[offset : offset + length] == content


@given(st.dictionaries(NAMES, st.binary(max_size=50), min_size=1, max_size=30))
def test_the_index_is_readable_from_the_beginning_alone(contents: dict[str, bytes]) -> None:
    data = packed(*contents.items())
    index = read_index(data)
    assert read_index(data[: index[0].offset]) == index
    with pytest.raises(PackInvalid):
        read_index(data[: index[0].offset - 1])


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(PackInvalid):
        read_index(data)
    with pytest.raises(PackInvalid):
        read_index(MAGIC + len(data).to_bytes(4) + data)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        {},
        [["a", 20, 5]],
        [["a", "20", 5, "image/jpeg"]],
        [["a", 1, 5, "image/jpeg"]],
        [["a", -1, 5, "image/jpeg"]],
        [["a", "start", -5, "image/jpeg"]],
        [["a", "start", 5, "image/jpeg"], ["b", "start", 5, "image/jpeg"]],
        [["a", "start", 5, "image/jpeg"], ["a", "next", 5, "image/jpeg"]],
        [["../a b", "start", 5, "image/jpeg"]],
        [["a", "start", 5, "text/html\r\nX: y"]],
    ],
)
def test_a_forged_index_is_refused(rows: list[list[object]]) -> None:
    head = json.dumps(rows).encode()
    for _ in range(3):  # "start" and "next" stand for the offsets that would be right, which depend on the length
        start = len(MAGIC) + 4 + len(head)
        text = json.dumps(rows).replace('"start"', f"{start}").replace('"next"', f"{start + 5}")
        head = text.encode()
    with pytest.raises(PackInvalid):
        read_index(MAGIC + len(head).to_bytes(4) + head + bytes(10))


def test_names_are_unique_and_plain() -> None:
    with pytest.raises(PackInvalid):
        packed(("a", b"1"), ("a", b"2"))
    with pytest.raises(PackInvalid):
        packed(("a?b", b"1"))
    with pytest.raises(KeyError):
        slice_of(read_index(packed(("a", b"1"))), "b")

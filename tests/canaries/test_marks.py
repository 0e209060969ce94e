"""The search itself: a mark is found in every form, at every offset; noise is not."""

import base64
import secrets

import pytest

from tests.canaries.marks import Marks, find, forms_of


@pytest.mark.parametrize("before", range(5))
def test_base64_is_found_wherever_the_mark_begins(before: int) -> None:
    marks = Marks()
    hidden = base64.b64encode(bytes(before) + marks("name").encode() + b"after")
    assert find(marks, "a file", b"..." + hidden)


def test_every_form_is_found() -> None:
    marks = Marks()
    for form, needle in forms_of(marks("name")).items():
        assert any(f"({form})" in told for told in find(marks, "a file", b"\x00" + needle + b"\x00"))


def test_noise_holds_no_mark() -> None:
    marks = Marks()
    marks("name")
    assert find(marks, "noise", secrets.token_bytes(1_000_000)) == []

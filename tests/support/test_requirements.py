"""A test whose server is missing is left out with a named reason, or fails where all servers must be there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import requirements
from tests.support.requirements import require_server, what_is_missing


@pytest.fixture(autouse=True)
def _without_remembered_probes() -> Iterator[None]:
    what_is_missing.cache_clear()
    yield
    what_is_missing.cache_clear()


@pytest.fixture
def nothing_listens(monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
    probe = requirements._answers(unused_tcp_port, b"PING\r\n", b"+")
    monkeypatch.setitem(requirements.PROBES, "redis", probe)
    monkeypatch.delenv("CAREFERRY_REQUIRE_ALL", raising=False)


@pytest.mark.usefixtures("nothing_listens")
def test_missing_server_leaves_the_test_out() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"left out, needs redis: nothing answers on 127\.0\.0\.1:\d+"):
        require_server("redis")


@pytest.mark.usefixtures("nothing_listens")
def test_missing_server_fails_where_all_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREFERRY_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="needs redis"):
        require_server("redis")


def test_other_program_on_the_port_is_not_taken_for_the_server() -> None:
    def answer(reply: bytes) -> str | None:
        return requirements._judge_reply(6379, reply, b"+")

    assert answer(b"+") is None
    assert answer(b"H") == "what answers on 127.0.0.1:6379 is something else"
    assert answer(b"") == "what answers on 127.0.0.1:6379 is something else"


def test_data_without_photographs_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAREFERRY_DATA", str(tmp_path))
    assert what_is_missing("data") == f"there are no photos/ in CAREFERRY_DATA={tmp_path}"
    (tmp_path / "photos").mkdir()
    what_is_missing.cache_clear()
    assert what_is_missing("data") is None


def test_unknown_requirement_is_an_error() -> None:
    with pytest.raises(KeyError, match="postgres"):
        require_server("postgres")

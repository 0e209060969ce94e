"""Whole text answers are compressed; streams and pictures pass as they are."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]


@pytest.mark.parametrize("accepted, encoding", [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0", None), ("", None)])
def test_pages_come_in_what_the_browser_reads(client: Client, accepted: str, encoding: str | None) -> None:
    answer = client.get("/", headers={"Accept-Encoding": accepted})

    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "Style guide" in answer.text


def test_pictures_pass_as_they_are(client: Client) -> None:
    assert "content-encoding" not in client.get("/tiles/1/2.jpg", headers={"Accept-Encoding": "br"}).headers


def test_short_answers_pass_as_they_are(client: Client) -> None:
    assert "content-encoding" not in client.get("/live", headers={"Accept-Encoding": "br"}).headers

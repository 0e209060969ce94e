"""Security headers stand on every answer, also where no route was found."""

import pytest
from litestar import Litestar, Response, get
from litestar.testing import TestClient

from server.web.headers import content_security_policy
from tests.web.sample_app import create_sample_app

Client = TestClient[Litestar]


@pytest.mark.parametrize("path", ["/", "/narrow", "/nowhere", "/static/none.js"])
def test_every_answer_carries_them(client: Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]
    assert headers["cache-control"] == "no-store"


def test_a_handler_may_say_otherwise(client: Client) -> None:
    assert client.get("/tiles/1/2.jpg").headers["cache-control"] == "private"


def test_a_page_that_runs_wasm_says_so_itself() -> None:
    policy = content_security_policy(may_compile_wasm=True)

    @get("/hashing")
    async def hashing() -> Response[str]:
        return Response("", headers={"Content-Security-Policy": policy})

    app = create_sample_app()
    app.register(hashing)
    with TestClient(app) as client:
        assert client.get("/hashing").headers.get_list("content-security-policy") == [policy]


@pytest.mark.parametrize("is_secure", [True, False])
def test_https_is_remembered_only_where_it_is_spoken(is_secure: bool) -> None:
    with TestClient(create_sample_app(is_secure=is_secure)) as client:
        assert ("strict-transport-security" in client.get("/").headers) is is_secure


def test_no_page_carries_inline_script_or_style(client: Client) -> None:
    page = client.get("/").text

    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')

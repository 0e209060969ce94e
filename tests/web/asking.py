"""Requests made by hand, for what is asked before any application is there."""

from collections.abc import Mapping

from litestar.enums import HttpMethod
from litestar.testing import RequestFactory

from server.web.connection import PageRequest


def request_with(
    *,
    cookies: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    method: HttpMethod = HttpMethod.GET,
) -> PageRequest:
    header = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    factory = RequestFactory()
    request = factory.get("/", headers=dict(headers or {}), cookies=header or None)
    request.scope["method"] = method
    return request

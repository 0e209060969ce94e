"""The security headers of every answer, pages, problems and files alike."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

SendHook: TypeAlias = Callable[[Message, Scope], Awaitable[None]]
HSTS = "max-age=63072000; includeSubDomains"
OUR_OWN = (
    "camera",
    "microphone",
    "accelerometer",
    "gyroscope",
    "publickey-credentials-get",
    "publickey-credentials-create",
)
NOBODYS = ("geolocation", "payment", "usb", "serial", "browsing-topics")
PERMISSIONS = ", ".join([*(f"{name}=(self)" for name in OUR_OWN), *(f"{name}=()" for name in NOBODYS)])


def content_security_policy(*, may_compile_wasm: bool = False) -> str:
    """Only our own files, nothing inline. A page that runs WebAssembly sets its own header with the flag."""
    wasm = " 'wasm-unsafe-eval'" if may_compile_wasm else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{wasm}",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "font-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


DEFAULTS = {
    "Content-Security-Policy": content_security_policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Clinical pages stay in no cache: a handler that serves something public says so itself.
    "Cache-Control": "no-store",
}


def security_headers(*, is_secure: bool) -> SendHook:
    """A `before_send` hook, not a middleware: those do not run for an address that no route matches.

    A header that the handler set itself is left as it is.
    """
    headers = DEFAULTS | ({"Strict-Transport-Security": HSTS} if is_secure else {})

    async def add_headers(message: Message, _scope: Scope) -> None:
        if message["type"] == "http.response.start":
            sent = MutableScopeHeaders.from_message(message)
            for name, value in headers.items():
                if name not in sent:
                    sent[name] = value

    return add_headers

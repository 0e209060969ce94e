"""Makes the one page that a patient's phone gets, in their language: its style and script are inside of it."""

import base64
import gzip
import hashlib
import json
from functools import cache
from pathlib import Path

from kiosk.phone.listener import HandoffPage
from kiosk.phone.words import NO_PHOTOGRAPH, TOO_LARGE
from kiosk.ui.guides import GUIDES
from kiosk.ui.language import direction
from kiosk.ui.rendering import environment
from server.contract.handoff import PHOTO_BYTES_MAX

BUILT = Path(__file__).parents[1] / "phone" / "static"


def phone_page(language: str, zone: str) -> HandoffPage:
    script, style = _built("phone.js"), _built("phone.css")
    body = (
        environment(language, zone)
        .get_template("phone_page.html")
        .render(
            language=language,
            direction=direction(language),
            script=script,
            style=style,
            views=GUIDES,
            largest_bytes=PHOTO_BYTES_MAX,
            too_large=TOO_LARGE,
            no_photograph=NO_PHOTOGRAPH,
        )
    )
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; connect-src 'self'; "
        "img-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return HandoffPage(gzip.compress(body.encode()), policy)


@cache
def _built(name: str) -> str:
    """The bundle as it was built; what ends a script inside of a page must not be in it."""
    manifest: dict[str, str] = json.loads((BUILT / "manifest.json").read_text())
    content = (BUILT / manifest[name]).read_text()
    if "</" in content:
        raise RuntimeError(f"{name} cannot stand inside of a page")
    return content


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"

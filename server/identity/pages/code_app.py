"""The QR code by which a code app takes over its secret, as a drawing inside the page."""

import msgspec
import segno
from markupsafe import Markup

from server.identity.totp import base32_secret, provisioning_uri

ISSUER = "Careferry"


class CodeAppPicture(msgspec.Struct, frozen=True, kw_only=True):
    """`drawing` is inline SVG; `typed` is the secret in groups of four, to type by hand."""

    drawing: Markup
    typed: str
    address: str


def code_app_picture(secret: bytes, *, account: str) -> CodeAppPicture:
    address = provisioning_uri(secret, account=account, issuer=ISSUER)
    drawing = segno.make(address, error="m", micro=False).svg_inline(scale=5, dark="#000", light="#fff", border=4)
    text = base32_secret(secret)
    groups = " ".join(text[start : start + 4] for start in range(0, len(text), 4))
    return CodeAppPicture(drawing=Markup(drawing), typed=groups, address=address)  # noqa: S704  # segno draws no text

"""Who passkeys are made for: the host that people see (WebAuthn's relying party)."""

import ipaddress
from urllib.parse import urlsplit

from server.core.platform import platform


def relying_party_id() -> str:
    return urlsplit(platform().settings.web.public_url).hostname or ""


def expected_origin() -> str:
    address = urlsplit(platform().settings.web.public_url)
    return f"{address.scheme}://{address.netloc}"


def has_passkeys() -> bool:
    """Whether browsers allow passkeys here: HTTPS or localhost, and a name, not an address (WebAuthn L3, 5.1.2)."""
    host = relying_party_id()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return expected_origin().startswith("https://") or host == "localhost"
    return False

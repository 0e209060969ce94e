"""Who connects, as far as it can be known: the address that is believed, and the kind of browser."""

import ipaddress
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

UNKNOWN_ADDRESS = "unknown"

# The first that is found names it: most browsers also claim to be the ones below them.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """What connects: `address` bounds attempts, `agent` lets a person recognise their own sessions.

    `session_id` is the session it holds now, which a new one takes the place of.
    """

    address: str = UNKNOWN_ADDRESS
    agent: str = ""
    session_id: UUID | None = None

    @property
    def network(self) -> str:
        """What attempts are counted by: one IPv4 address, or the /64 that one IPv6 customer has."""
        return _network_of(self.address, 32, 64)

    @property
    def address_prefix(self) -> str:
        """Rough enough to keep beside a session, telling enough to recognise it by."""
        return _network_of(self.address, 24, 48)


def believed_address(peer: str | None, forwarded_for: Sequence[str], trusted: Iterable[str]) -> str:
    """The client's address: the socket's, or behind trusted proxies the nearest one that is not a proxy.

    `forwarded_for` are the values of X-Forwarded-For in order. What a client writes there itself stands to the left
    of what the first trusted proxy appended, and is never reached.
    """
    networks = [ipaddress.ip_network(each, strict=False) for each in trusted]
    hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
    here = _parse(peer)
    while here is not None and hops and any(here in network for network in networks):
        nearer = _parse(hops.pop())
        if nearer is None:
            break
        here = nearer
    return str(here) if here is not None else UNKNOWN_ADDRESS


def agent_family(user_agent: str) -> str:
    """`Firefox · Windows`: for people, so no versions; empty when neither is known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(name for name in (browser, system) if name)


def _parse(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address((text or "").strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _network_of(address: str, ipv4_bits: int, ipv6_bits: int) -> str:
    parsed = _parse(address)
    if parsed is None:
        return UNKNOWN_ADDRESS
    bits = ipv4_bits if parsed.version == 4 else ipv6_bits
    return str(ipaddress.ip_network((parsed, bits), strict=False))

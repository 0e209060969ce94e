"""Finds the clinic's network: the private one that this machine has an address in, and that phones can be in, too."""

import fcntl
import socket
import struct
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path

# The requests and flags of netdevice, in section 7 of the manual.
_SIOCGIFFLAGS, _SIOCGIFADDR, _SIOCGIFNETMASK = 0x8913, 0x8915, 0x891B
_UP, _POINT_TO_POINT = 0x1, 0x10
_REQUEST_BYTES = 256
PRIVATE = tuple(IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"))
"""RFC 1918 and RFC 3927: of no other network does anybody at the clinic say who is in it."""
OFF = "off"
ROUTES = Path("/proc/net/route")


class NoClinicNetwork(Exception):
    """This machine has no address in a network that phones may come from."""


def choose(named: str, own: Iterable[IPv4Interface]) -> IPv4Interface:
    """The address to listen at, with its network; NoClinicNetwork.

    `named` is a network such as `192.168.8.0/24`, the only one that counts then; empty: the first private one.
    """
    wanted = [IPv4Network(named)] if named else PRIVATE
    found = next((each for each in own if any(each.ip in network for network in wanted)), None)
    if found is None:
        raise NoClinicNetwork(named)
    return found


def own_addresses() -> list[IPv4Interface]:
    """The IPv4 addresses of the interfaces that are up, those by which other networks are reached first."""
    routed = _routed()
    return [each for _, each in sorted(_found(), key=lambda found: found[0] not in routed)]


def _found() -> Iterator[tuple[str, IPv4Interface]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        for _, name in socket.if_nameindex():
            try:
                (flags,) = struct.unpack_from("H", _ask(line, _SIOCGIFFLAGS, name))
                address, mask = _ask(line, _SIOCGIFADDR, name), _ask(line, _SIOCGIFNETMASK, name)
            except OSError:  # it has no address, or went away
                continue
            if flags & _UP and not flags & _POINT_TO_POINT:
                yield name, IPv4Interface(f"{_dotted(address)}/{_dotted(mask)}")


def _routed() -> set[str]:
    """The interfaces with a default route, as proc(5) lists them: name, destination, and more."""
    rows = [line.split() for line in ROUTES.read_text().splitlines()[1:]]
    return {row[0] for row in rows if row[1] == "00000000"}


def _ask(line: socket.socket, what: int, name: str) -> bytes:
    """The union behind the name in `struct ifreq`."""
    answer = fcntl.ioctl(line, what, struct.pack(f"{_REQUEST_BYTES}s", name.encode()))
    return answer[16:]


def _dotted(address: bytes) -> str:
    """Of a `sockaddr_in`: family and port come first."""
    return socket.inet_ntoa(address[4:8])

"""Keeps tests on this machine: any other address is refused at the moment a socket would reach for it.

The addresses of its own interfaces are this machine, too: what is sent to one never leaves it, and the peers of a call
meet there.
"""

import ipaddress
import socket
import sys
from typing import Any

import ifaddr

HOSTS = {"localhost", "", None}


class OutsideAddress(RuntimeError):
    """A test reached for an address that is not this machine's own."""


def confine_to_loopback() -> None:
    """For the life of the process: nothing undoes an audit hook, and code that kept the old `connect` meets it too."""
    sys.addaudithook(_refuse_outside)


def _refuse_outside(event: str, args: tuple[Any, ...]) -> None:
    match event, args:
        case (("socket.connect" | "socket.bind" | "socket.sendto" | "socket.sendmsg"), (socket.socket() as used, to)):
            if used.family in {socket.AF_INET, socket.AF_INET6} and to is not None:
                _refuse_unless_loopback(event, to[0])
        case "socket.getaddrinfo", (host, *_):
            _refuse_unless_loopback(event, host)
        case _:
            pass


def _refuse_unless_loopback(event: str, host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in HOSTS and not _is_of_this_machine(name):
        raise OutsideAddress(f"{event} to {name}: tests use the loopback addresses only")


def _is_of_this_machine(name: str | None) -> bool:
    try:
        return ipaddress.ip_address(name or "").is_loopback or name in _own_addresses()
    except ValueError:
        return False


def _own_addresses() -> frozenset[str]:
    told = (ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips)
    return frozenset(each if isinstance(each, str) else each[0] for each in told)

"""Which address is believed, and what a browser is called."""

import pytest

from server.identity.clients import Client, agent_family, believed_address

PROXY = "10.0.0.5"
TRUSTED = ("10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize(
    "peer,forwarded_for,trusted,believed",
    [
        ("203.0.113.7", [], (), "203.0.113.7"),
        # Nobody is trusted: whatever is claimed is not looked at.
        ("203.0.113.7", ["198.51.100.1"], (), "203.0.113.7"),
        # A stranger's own header is worth nothing either.
        ("203.0.113.7", ["198.51.100.1"], TRUSTED, "203.0.113.7"),
        (PROXY, ["203.0.113.7"], TRUSTED, "203.0.113.7"),
        # What the client wrote stands to the left of what the proxy saw.
        (PROXY, ["198.51.100.1, 203.0.113.7"], TRUSTED, "203.0.113.7"),
        (PROXY, ["198.51.100.1", "203.0.113.7, 10.0.0.9"], TRUSTED, "203.0.113.7"),
        (PROXY, ["not an address"], TRUSTED, PROXY),
        (PROXY, [], TRUSTED, PROXY),
        ("::ffff:203.0.113.7", [], (), "203.0.113.7"),
        ("fd00::1", ["2001:db8::42"], TRUSTED, "2001:db8::42"),
        (None, [], (), "unknown"),
    ],
)
def test_which_address_is_believed(
    peer: str | None, forwarded_for: list[str], trusted: tuple[str, ...], believed: str
) -> None:
    assert believed_address(peer, forwarded_for, trusted) == believed


def test_attempts_are_counted_by_customer() -> None:
    """One IPv6 customer has 2^64 addresses to write from."""
    assert Client(address="2001:db8:1:2::a").network == Client(address="2001:db8:1:2:ffff::b").network
    assert Client(address="2001:db8:1:2::a").network != Client(address="2001:db8:1:3::a").network
    assert Client(address="203.0.113.7").network != Client(address="203.0.113.8").network
    assert Client(address="203.0.113.7").address_prefix == "203.0.113.0/24"


@pytest.mark.parametrize(
    "user_agent,family",
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Windows"),
        (
            "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/143.0.0.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1",
            "Safari · iPhone",
        ),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_browsers_have_names_for_people(user_agent: str, family: str) -> None:
    assert agent_family(user_agent) == family

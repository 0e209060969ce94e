"""The listener over HTTP: one page, one ticket, one network, and bounds on everything."""

import socket
from collections.abc import Iterator
from ipaddress import IPv4Interface

import httpx
import pytest

from kiosk.phone import listener as listening
from kiosk.phone.handoff import Handoff, Why
from kiosk.phone.listener import BURST, EACH_S, MOST_OF_ONE, Listener, Pace
from kiosk.ui.phone_page import phone_page
from server.contract.handoff import MESSAGE_BYTES_MAX, HandoffState
from tests.kiosk.phone.phones import Phone, Visit, open_handoff
from tests.kiosk.test_sign_in import Clock

HERE = IPv4Interface("127.0.0.1/8")


@pytest.fixture
def handoff(clock: Clock) -> Handoff:
    return open_handoff(Visit(), clock)


@pytest.fixture
def listener(handoff: Handoff) -> Iterator[Listener]:
    listener = Listener(HERE, handoff, phone_page("es", "UTC"))
    listener.start()
    yield listener
    listener.close()


@pytest.fixture
def client(listener: Listener) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{listener.host}", timeout=10) as client:
        yield client


def test_the_page_is_there_for_whoever_has_the_ticket_and_nothing_else_is(
    client: httpx.Client, handoff: Handoff
) -> None:
    page = client.get(f"/{handoff.ticket}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Fotos para su visita" in page.text
    for path in ("/", "/home", "/kiosk.css", f"/{handoff.ticket}x", f"/{handoff.ticket}/", f"/{handoff.ticket}/join"):
        answer = client.get(path)
        assert (answer.status_code, "<" in answer.text) == (404, False), path
    assert client.post("/sign-in").status_code == 404


def test_the_key_of_the_link_is_never_on_the_network(listener: Listener, handoff: Handoff) -> None:
    address, _, fragment = listener.link.partition("#")
    assert fragment == handoff.fragment
    assert fragment not in httpx.get(address).text


def test_the_pages_script_is_its_own_and_needs_no_secure_context(client: httpx.Client, handoff: Handoff) -> None:
    page = client.get(f"/{handoff.ticket}")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for absent in ("subtle", "randomUUID", "http://", "https://"):
        assert absent not in page.text.replace("http://www.w3.org", ""), absent
    assert int(page.headers["Content-Length"]) < 40_000


def test_a_join_and_a_question_are_answered(client: httpx.Client, handoff: Handoff) -> None:
    phone, second = Phone(handoff), Phone(handoff)
    path = f"/{handoff.ticket}"
    assert client.post(f"{path}/join", content=phone.line.public_key).status_code == 200
    assert client.post(f"{path}/join", content=second.line.public_key).status_code == 409
    assert client.post(f"{path}/say", content=second.line.seal(1, b"{}")).status_code == 403
    answer = client.post(f"{path}/say", content=phone.line.seal(1, b"{}"))
    assert b'"asking"' in phone.line.open(answer.content)[1]
    handoff.end(Why.STOPPED)
    assert client.post(f"{path}/join", content=phone.line.public_key).status_code == 410
    assert b'"ended"' in phone.line.open(client.post(f"{path}/say", content=phone.line.seal(2, b"{}")).content)[1]


def test_a_page_from_elsewhere_another_name_and_too_much_are_refused(client: httpx.Client, handoff: Handoff) -> None:
    path, key = f"/{handoff.ticket}/join", Phone(handoff).line.public_key
    assert client.post(path, content=key, headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.get(f"/{handoff.ticket}", headers={"Host": "evil.example"}).status_code == 404
    assert client.post(path, content=key + b"x").status_code == 413
    assert client.post(f"/{handoff.ticket}/say", content=bytes(MESSAGE_BYTES_MAX + 1)).status_code == 413
    assert client.post(path, content=iter([key])).status_code == 413, "a body of no stated length"
    assert client.put(path, content=key).status_code == 501
    assert handoff.state is HandoffState.OFFERED


def test_whoever_is_not_of_the_network_is_not_listened_to(handoff: Handoff) -> None:
    listener = Listener(IPv4Interface("127.0.0.1/32"), handoff, phone_page("en", "UTC"))
    listener.start()
    stranger = httpx.HTTPTransport(local_address="127.0.0.9")
    with httpx.Client(transport=stranger) as client, pytest.raises(httpx.TransportError):
        client.get(listener.link)
    assert httpx.get(listener.link).status_code == 200
    listener.close()


def test_one_address_holds_so_many_connections_and_no_more(listener: Listener) -> None:
    address = ("127.0.0.1", listener.server_port)
    held = [socket.create_connection(address, 5) for _ in range(MOST_OF_ONE)]
    with pytest.raises(httpx.TransportError):
        httpx.get(listener.link)
    other = httpx.HTTPTransport(local_address="127.0.0.9")
    with httpx.Client(transport=other) as client:
        assert client.get(listener.link).status_code == 200
    for each in held:
        each.close()


def test_after_a_burst_everybody_waits(clock: Clock) -> None:
    waited: list[float] = []
    pace = Pace(clock, waited.append)
    for _ in range(BURST):
        pace.wait()
    assert waited == []
    pace.wait()
    pace.wait()
    assert waited == pytest.approx([EACH_S, 2 * EACH_S])
    clock.now_s += 100
    for _ in range(BURST):
        pace.wait()
    assert len(waited) == 2


def test_nothing_listens_after_it_was_closed_and_no_connection_is_left(handoff: Handoff) -> None:
    listener = Listener(HERE, handoff, phone_page("en", "UTC"))
    listener.start()
    with httpx.Client() as client:
        assert client.get(listener.link).status_code == 200
        listener.close()
        with pytest.raises(httpx.TransportError):
            client.get(listener.link)


def test_a_connection_whose_request_takes_too_long_ends(
    listener: Listener, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_connection(("127.0.0.1", listener.server_port), 5) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert client.get("/").status_code == 404
        listener.hang_up_on_the_slow()
        assert client.get("/").status_code == 404, "nobody was slow yet"
        monkeypatch.setattr(listening, "REQUEST_WITHIN_S", -1.0)
        listener.hang_up_on_the_slow()
        assert slow.recv(1) == b""

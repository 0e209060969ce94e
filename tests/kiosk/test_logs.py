"""The fleet's request for logs: names and numbers, bounded, once for each request, whatever the link does."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar

from kiosk.fleet.log_bundle import send_logs
from kiosk.fleet.logbook import BEFORE, LOG, NOW, TURN_AT_BYTES, Logbook
from kiosk.uplink.authorizer import KioskKeyAuthorizer
from kiosk.uplink.server import NoLink, Server
from server.contract.fleet import MAX_LOG_BYTES, MAX_LOG_UNPACKED_BYTES
from server.core.access import Actor
from server.core.platform import now
from server.fleet import service as fleet
from server.fleet.service.logs import check_bundle
from server.fleet.tables import Kiosk
from tests.fleet.conftest import administrator, app
from tests.fleet.kiosk import KioskKey, enrol
from tests.support.people import PUBLIC_URL

__all__ = ["administrator", "app"]
MARKED = [f"Aminata-{number}-Kamara" for number in range(50)]


class Linked:
    """A registered kiosk's connection, with a link that can be cut and what went through it."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self.is_cut = False
        self.sent: list[bytes] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        if request.url.path.endswith("/logs"):
            self.sent.append(content)
            if self.is_cut:
                raise httpx.ReadError("cut")
        return await self._transport.handle_async_request(request)


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, linked: Linked) -> None:
        self._linked = linked

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._linked.handle(request)


class Asked:
    def __init__(self, server: Server, linked: Linked, kiosk_id: UUID) -> None:
        self.server, self.linked, self.kiosk_id = server, linked, kiosk_id


@pytest.fixture
async def asked(app: Litestar, administrator: Actor) -> AsyncIterator[Asked]:
    key = KioskKey()
    kiosk_id = await enrol(administrator, key)
    linked = Linked(httpx.ASGITransport(cast("Any", app)))
    async with httpx.AsyncClient(transport=_Transport(linked), base_url=PUBLIC_URL) as http:
        authorizer = KioskKeyAuthorizer(str(kiosk_id), key._private, lambda: now().timestamp())
        yield Asked(Server(http, authorizer), linked, kiosk_id)


async def test_a_request_is_answered_once_and_counts_as_answered(
    asked: Asked, administrator: Actor, tmp_path: Path
) -> None:
    Logbook(tmp_path).note("camera.ended", "warning", error=ValueError(MARKED[0]), status=3)
    await fleet.ask_for_logs(administrator, asked.kiosk_id)
    command = await _command(administrator, asked.kiosk_id)
    await send_logs(asked.server, tmp_path, command)
    (card,) = (await fleet.show_kiosk(administrator, asked.kiosk_id)).logs
    (line,) = gzip.decompress(await fleet.read_logs(administrator, asked.kiosk_id, card.log_id)).splitlines()
    told = msgspec.json.decode(line)
    assert (told["event"], told["error"], told["numbers"]) == ("camera.ended", "ValueError", {"status": 3})
    assert list((tmp_path / LOG).glob("*.gz")) == []


async def _command(administrator: Actor, kiosk_id: UUID) -> UUID:
    row = await Kiosk.objects().get(Kiosk.id == kiosk_id)
    assert row is not None
    assert row.logs_command is not None
    return row.logs_command


async def test_a_cut_sends_the_same_bundle_again(asked: Asked, tmp_path: Path) -> None:
    Logbook(tmp_path).note("camera.ended")
    command = uuid4()
    asked.linked.is_cut = True
    with pytest.raises(NoLink):
        await send_logs(asked.server, tmp_path, command)
    Logbook(tmp_path).note("link.no-link")
    asked.linked.is_cut = False
    await send_logs(asked.server, tmp_path, command)
    first, second = asked.linked.sent
    assert first == second


async def test_what_the_server_refuses_is_not_sent_for_ever(asked: Asked, tmp_path: Path) -> None:
    command = uuid4()
    (tmp_path / LOG).mkdir()
    (tmp_path / LOG / f"{command}.gz").write_bytes(b"no bundle")
    for _ in range(3):
        await send_logs(asked.server, tmp_path, command)
    assert len(asked.linked.sent) == 1


def test_nothing_of_a_patient_is_in_a_bundle_whatever_was_written_into_the_log(tmp_path: Path) -> None:
    book = Logbook(tmp_path)
    book.note("heartbeat.failed", "warning", error=RuntimeError(MARKED[0]))
    with (tmp_path / LOG / NOW).open("ab") as log:
        for number, words in enumerate(MARKED):
            base = {"at": "2026-03-02T08:00:00Z", "level": "info", "event": "camera.ended"}
            places = [
                {**base, "message": words},
                {**base, "event": words},
                {**base, "error": f"E: {words}"},
                {**base, "numbers": {words: number}},
                {**base, "numbers": {"status": words}},
                {**base, "module": words},
            ]
            for place in places:
                log.write(msgspec.json.encode(place) + b"\n")
            log.write(f"{words} it itches\n".encode())
    book.note("link.linked")
    packed = book.pack()
    check_bundle(packed)
    content = gzip.decompress(packed).decode()
    assert not [words for words in MARKED if words in content]
    assert [msgspec.json.decode(line)["event"] for line in content.splitlines()] == ["heartbeat.failed", "link.linked"]


def test_a_log_and_its_bundle_are_bounded_and_the_newest_stays(tmp_path: Path) -> None:
    book, line = Logbook(tmp_path), b""
    book.note("camera.ended", status=1)
    path = tmp_path / LOG / NOW
    line = path.read_bytes()
    path.write_bytes(line * (TURN_AT_BYTES // len(line) + 1))
    book.note("link.linked")
    assert path.read_bytes().count(b"\n") == 1
    assert (tmp_path / LOG / BEFORE).stat().st_size <= TURN_AT_BYTES + len(line)
    # What no log reaches: more than a bundle may unpack to, and nothing in it like anything else.
    (tmp_path / LOG / BEFORE).write_bytes(
        b"".join(line.replace(b'"status":1', b'"status":%d' % (number * 7919**3)) for number in range(100_000))
    )
    packed = book.pack()
    assert len(packed) <= MAX_LOG_BYTES
    content = gzip.decompress(packed)
    assert len(content) <= MAX_LOG_UNPACKED_BYTES
    assert b"link.linked" in content
    check_bundle(packed)


def test_a_line_that_a_power_cut_broke_off_is_left_out(tmp_path: Path) -> None:
    book = Logbook(tmp_path)
    book.note("camera.ended")
    with (tmp_path / LOG / NOW).open("ab") as log:
        log.write(b'{"at":"2026-03')
    assert gzip.decompress(book.pack()).count(b"\n") == 1


def test_a_disk_that_takes_nothing_keeps_no_log_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / LOG).write_text("a file where the folder would be")
    Logbook(tmp_path).note("camera.ended")
    assert gzip.decompress(Logbook(tmp_path).pack()) == b""

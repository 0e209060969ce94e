"""The processes of a kiosk that are killed and started again in a moment: each is a fork of one that has imported all.

Run with `python -m tests.kiosk.nursery FOLDER URL COOKIE TOKEN PATIENT`. It obeys `start ROLE` and `kill ROLE`
(SIGKILL) on its standard input and says `done`. `screen` confirms one visit after the other and writes down what was
confirmed, `uplink` sends; both end what they do when the file `stop` is there.
"""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec

from kiosk.settings import Link
from kiosk.spool.model import Entry, Rank
from kiosk.spool.opening import open_spool
from kiosk.spool.packing import confirm_visit
from kiosk.spool.seal import Sealed
from kiosk.spool.spool import Spool
from kiosk.spool.statements import item_made
from kiosk.uplink.allowance import Allowance
from kiosk.uplink.authorizer import SessionAuthorizer
from kiosk.uplink.backoff import Backoff
from kiosk.uplink.courier import Courier
from kiosk.uplink.pieces import PieceSize
from kiosk.uplink.sending import Sending
from kiosk.uplink.server import Server, open_http
from kiosk.uplink.trust import Trust
from tests.kiosk.visits import make_registration, make_visit, noise

STOP, CONFIRMED, LOG = "stop", "confirmed.jsonl", "kiosk.log"
WRITES_BEHIND = "KIOSK_TEST_WRITES_BEHIND"
"""The control: a case is confirmed before it is written."""
BEHIND_S = 60.0
MEAN_PAUSE_S = 0.25
PIECE_BYTES = 8 * 1024


class Kiosk(NamedTuple):
    folder: Path
    url: str
    cookie: str
    token: str
    patient_id: UUID


class Confirmed(msgspec.Struct, frozen=True):
    """What the screen said is kept."""

    case_id: UUID
    submission_sha256: str
    photographs: tuple[str, ...]


def confirm_for_ever(kiosk: Kiosk) -> None:
    """Visits with a photograph each, every third of a patient who is registered here."""
    spool, key = open_spool(kiosk.folder / "spool").spool, Trust(kiosk.folder).sealing_key
    if os.environ.get(WRITES_BEHIND):
        spool.__class__ = SpoolBehind
    random = Random()  # seeded by the system: no two lives make the same visit
    with (kiosk.folder / CONFIRMED).open("ab") as said:
        while not (kiosk.folder / STOP).exists():
            new = make_registration() if random.random() < 0.3 else None
            patient_id = new.patient_id if new else kiosk.patient_id
            photo = noise(random, (160, 120))
            visit = make_visit(patient_id, photo, registration=new, is_urgent=random.random() < 0.2, words=str(uuid4()))
            entry = confirm_visit(spool, key, visit, datetime.now(UTC))
            contract = next(item for item in entry.items if item.part_id == entry.case_id)
            line = Confirmed(entry.case_id, contract.plain_sha256, tuple(visit.photographs))
            said.write(msgspec.json.encode(line) + b"\n")
            said.flush()
            time.sleep(min(random.expovariate(1 / MEAN_PAUSE_S), 2.0))


async def send_for_ever(kiosk: Kiosk) -> None:
    spool = open_spool(kiosk.folder / "spool").spool
    async with open_http(kiosk.url) as http:
        http.cookies.set(kiosk.cookie, kiosk.token, domain="127.0.0.1")
        server, trust = Server(http, SessionAuthorizer()), Trust(kiosk.folder)
        courier = Courier(spool, server, trust, Allowance(spool, Link(), "UTC"))
        courier.carrier.piece = SmallPieces()
        await Sending(kiosk.folder, courier, server, trust, Backoff(0.05, 0.5)).run()


class SpoolBehind(Spool):
    """The spool without durability: it confirms at once, and means to write later."""

    def confirm(
        self,
        *,
        case_id: UUID,
        patient_id: UUID,
        is_urgent: bool,
        queued_at: datetime,
        items: Iterable[tuple[UUID, Rank, str, Sealed]],
        adds_to: UUID | None = None,
    ) -> Entry:
        entry = Entry(
            case_id=case_id,
            patient_id=patient_id,
            sequence=0,
            is_urgent=is_urgent,
            queued_at=queued_at,
            items=tuple(item_made(*each) for each in items),
        )
        threading.Timer(BEHIND_S, lambda: self._insert(entry)).start()
        return entry


class SmallPieces(PieceSize):
    """So small that kills meet uploads under way."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = PIECE_BYTES

    def note(self, sent_bytes: int, took_s: float) -> None:
        pass


def live(role: str, kiosk: Kiosk) -> None:
    log = os.open(kiosk.folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if role == "screen":
        confirm_for_ever(kiosk)
    else:
        asyncio.run(send_for_ever(kiosk))
    os._exit(0)


def obey(kiosk: Kiosk) -> None:
    living: dict[str, int] = {}
    for command in sys.stdin:
        verb, role = command.split()
        if verb == "start":
            living[role] = os.fork()
            if living[role] == 0:
                live(role, kiosk)
        else:
            kill(living.pop(role))
        tell_done()
    for process_id in living.values():
        kill(process_id)


def tell_done() -> None:
    sys.stdout.write("done\n")
    sys.stdout.flush()


def kill(process_id: int) -> None:
    os.kill(process_id, signal.SIGKILL)
    os.waitpid(process_id, 0)


if __name__ == "__main__":
    folder, url, cookie, token, patient = sys.argv[1:]
    tell_done()
    obey(Kiosk(Path(folder), url, cookie, token, UUID(patient)))

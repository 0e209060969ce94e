"""`python -m tests.support.call_kiosk_process FOLDER CALL SEAT SIGNALLING CASE PATIENT`: a kiosk's end of a call.

For a network of its own: it is run inside a namespace. Once a second it says as one line of JSON how it stands.
"""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.call.keeping import CaseOfCall, Keeper
from kiosk.spool.opening import open_spool
from server.contract.wire import Coding
from tests.support.call_hub import Hub
from tests.support.call_kiosk import kiosk_end

RECIPIENT = X25519PrivateKey.from_private_bytes(bytes(range(32)))


class Told(msgspec.Struct, frozen=True, kw_only=True):
    at_s: float
    state: str
    rung: str
    frames: int
    arrived: int
    repaired: int
    concealed: int
    loss: float
    round_trip_s: float
    silent_s: float
    is_recording: bool
    kept: int
    """Additions in the spool."""


async def main(folder: Path, call_id: UUID, seat_id: UUID, address: str, case: CaseOfCall) -> None:
    spool = open_spool(folder / "spool").spool
    public = RECIPIENT.public_key().public_bytes_raw()
    keeper = Keeper(spool, lambda: public, case, "UTC")
    loop = asyncio.get_running_loop()
    async with kiosk_end(Hub(call_id=call_id), seat_id, folder, camera="drawn", keeper=keeper, address=address) as end:
        begun = loop.time()
        while True:
            await asyncio.sleep(1)
            conversation = next(iter(end.room.conversations.values()), None)
            counts = conversation.connection.repair.counts if conversation and conversation.connection.repair else None
            seen = conversation.meter.look() if conversation else None
            told = Told(
                at_s=loop.time() - begun,
                state=end.states[-1] if end.states else "none",
                rung=conversation.rung.name if conversation else "none",
                frames=sum(end.frames.values()),
                arrived=counts.arrived if counts else 0,
                repaired=counts.repaired if counts else 0,
                concealed=counts.concealed if counts else 0,
                loss=seen.loss if seen else 0.0,
                round_trip_s=seen.round_trip_s if seen else 0.0,
                silent_s=conversation.meter.silent_s if conversation else 0.0,
                is_recording=end.room.recorder.is_recording if end.room.recorder else False,
                kept=len(spool.standings()),
            )
            sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    where, call, seat, signalling, case_id, patient_id = sys.argv[1:]
    about = CaseOfCall(
        case_id=UUID(case_id), patient_id=UUID(patient_id), site=Coding(system="careferry", code="cheek")
    )
    asyncio.run(main(Path(where), UUID(call), UUID(seat), signalling, about))

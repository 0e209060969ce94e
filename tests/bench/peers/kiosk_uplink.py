"""Sends what a kiosk's spool holds, from the far end of a bad link; prints when each step was done and what it cost.

Run inside the link's namespace with the kiosk's folder. Prints JSON: seconds until the contract was taken, until all
was sent, and the bytes of bodies that went out.
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from kiosk.settings import load_settings
from kiosk.spool.model import EntryState, Rank
from kiosk.spool.opening import open_spool
from kiosk.uplink.opening import open_sending

GIVE_UP_S = 900.0


async def main(folder: Path) -> None:
    settings, spool = load_settings(folder), open_spool(folder / "spool").spool
    begun_s, contract_s = time.monotonic(), 0.0
    async with open_sending(folder, settings, spool) as sending:
        while spool.standings()[0].state is EntryState.WAITING and time.monotonic() - begun_s < GIVE_UP_S:
            wait_s = await sending.turn()
            task = spool.next_task()
            if not contract_s and (task is None or task.item.rank is Rank.PHOTOGRAPH):
                contract_s = time.monotonic() - begun_s
            await asyncio.sleep(min(wait_s, 1.0))
    sent_bytes = spool.sent_bytes_of(datetime.now(UTC).date().isoformat())
    state = spool.standings()[0].state
    told = {"state": str(state), "contract_s": contract_s, "sent_s": time.monotonic() - begun_s, "bytes": sent_bytes}
    print(json.dumps(told))  # noqa: T201  (the answer)


asyncio.run(main(Path(sys.argv[1])))

"""Sends what a kiosk's spool holds, from the far end of a bad link; prints when it began, and what all of it cost.

Run inside the link's namespace with the kiosk's folder. Prints two lines of JSON: `begun_s`, by the clock that every
process of the machine shares; and, if it comes so far, seconds until all was sent and the bytes of bodies that went.
"""

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiosk.settings import load_settings
from kiosk.spool.model import EntryState
from kiosk.spool.opening import open_spool
from kiosk.uplink.opening import open_sending

GIVE_UP_S = 4 * 3600.0 if "CAREFERRY_SOAK" in os.environ else 900.0


async def main(folder: Path) -> None:
    settings, spool = load_settings(folder), open_spool(folder / "spool").spool
    begun_s = time.monotonic()
    tell({"begun_s": begun_s})
    async with open_sending(folder, settings, spool) as sending:
        while spool.standings()[0].state is EntryState.WAITING and time.monotonic() - begun_s < GIVE_UP_S:
            wait_s = await sending.turn()
            await asyncio.sleep(min(wait_s, 1.0))
    sent_bytes = spool.sent_bytes_of(datetime.now(UTC).date().isoformat())
    state = str(spool.standings()[0].state)
    tell({"state": state, "sent_s": time.monotonic() - begun_s, "bytes": sent_bytes})


def tell(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


asyncio.run(main(Path(sys.argv[1])))

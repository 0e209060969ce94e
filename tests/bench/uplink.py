"""A kiosk's uplink over a link of 64 kbit/s with 300 ms round trip, 20 % of packets lost each way, and five cuts.

`time_to_triageable`: a case with four photographs of 3 MB, from the moment its kiosk begins to send to the moment its
specialist's page has shown contract, measurements, answers and a picture of every photograph; what is left of it is not
sent here. `uplink_efficiency` and `bytes_resent`: a case of one megabyte until the signed receipt, beside the same
bytes in one plain TCP stream, which has nothing to resume and no receipts. `whole_file_ratio`: a photograph of 300 kB,
beside the same bytes posted whole; with CAREFERRY_SOAK set it is the whole case of four photographs, which takes hours.
Needs root, since packets are shaped through TUN devices; takes ten minutes and more of waiting.
"""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import msgspec

from kiosk.spool.model import Rank
from tests.bench.figure import Figure, at_most, bounded
from tests.bench.uplink_ground import ground, see_previews, told
from tests.bench.wire import SHAPE, post_whole, send_plainly
from tests.support.lossy_link import LossyLink, is_possible, lossy_link

PHOTOS = 4
PX_OF_3_MB = (2900, 2180)
"""Of noise, which JPEG makes so much of."""
PX_OF_1_MB = (1620, 1220)
PX_OF_300_KB = (910, 685)
TRIAGEABLE_WITHIN_S = 60.0


def measure() -> Iterator[Figure]:
    if missing := is_possible():
        raise SystemExit(f"a link cannot be shaped here: needs {missing}")
    yield from _triageable()
    yield from _whole_case()
    yield from _whole_file()


def _triageable() -> Iterator[Figure]:
    with lossy_link(SHAPE) as link:
        seconds, small_bytes = asyncio.run(_until_triageable(link))
    # The floor is the link itself, without loss, cuts or a byte that is not needed.
    floor_s = 8 * small_bytes / SHAPE.bits_per_s
    yield bounded("time_to_triageable", seconds, floor_s, "s", TRIAGEABLE_WITHIN_S)


def _whole_case() -> Iterator[Figure]:
    sent, item_bytes = _send_a_case(PX_OF_1_MB)
    plain_s = send_plainly(item_bytes)
    figure = at_most("uplink_efficiency", sent["sent_s"], plain_s, "s", 1.3)
    yield msgspec.structs.replace(figure, holds=figure.holds and sent["state"] == "sent")
    yield bounded("bytes_resent", 100 * (sent["bytes"] / item_bytes - 1), 0.0, "%", 5.0)


def _whole_file() -> Iterator[Figure]:
    sent, item_bytes = _send_a_case(*((PX_OF_3_MB, PHOTOS) if os.environ.get("CAREFERRY_SOAK") else (PX_OF_300_KB, 1)))
    posted = post_whole(item_bytes)
    yield at_most("whole_file_ratio", sent["sent_s"], posted["sent_s"], "s", 1.0)


def _send_a_case(photo_px: tuple[int, int], photos: int = 1) -> tuple[dict[str, Any], int]:
    """What the kiosk at the far end told, and how many sealed bytes its case has."""
    with lossy_link(SHAPE) as link:
        return asyncio.run(_until_sent(link, photo_px, photos))


async def _until_sent(link: LossyLink, photo_px: tuple[int, int], photos: int) -> tuple[dict[str, Any], int]:
    async with ground(link, photo_px, photos) as here:
        process = await here.start()
        *_, last = [said async for said in told(process)]
        await process.wait()
        return last, here.sealed_bytes


async def _until_triageable(link: LossyLink) -> tuple[float, int]:
    """Seconds, and the sealed bytes that have to be there by then."""
    async with ground(link, PX_OF_3_MB, PHOTOS) as here:
        process = await here.start()
        begun_s = (await anext(told(process)))["begun_s"]
        seen_s = await see_previews(here, PHOTOS)
        process.kill()
        await process.wait()
        to_begin = [item.size_bytes for item in here.entry.items if item.rank < Rank.LARGE_PREVIEW]
        return seen_s - begun_s, sum(to_begin)

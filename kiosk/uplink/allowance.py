"""What may be sent now: a day's budget, metered links and quiet hours, none of which holds up an urgent case."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from kiosk.settings import Link
from kiosk.spool.model import Rank, Task
from kiosk.spool.spool import Spool

HOLDS = "held back by the settings of the link"


class Allowance:
    """`time_ahead_s` is how far the server's clock is ahead: a day is the server's, whatever this machine believes."""

    def __init__(self, spool: Spool, link: Link, zone: str, clock: Callable[[], datetime] | None = None) -> None:
        self._spool = spool
        self._link = link
        self._zone = ZoneInfo(zone)
        self._clock = clock or (lambda: datetime.now(UTC))
        self.time_ahead_s = 0.0

    def next_task(self) -> Task | None:
        """What matters most of what may go now."""
        if self._is_quiet() or self._is_spent():
            return self._spool.next_task(urgent_only=True)
        if self._link.is_metered:
            small = self._spool.next_task(up_to=Rank.SMALL_PREVIEW)
            urgent = self._spool.next_task(urgent_only=True)
            return urgent or small
        return self._spool.next_task()

    def count(self, sent_bytes: int) -> None:
        self._spool.count_sent_bytes(self._day(), sent_bytes)

    def _is_spent(self) -> bool:
        return bool(self._link.daily_bytes) and self._spool.sent_bytes_of(self._day()) >= self._link.daily_bytes

    def _is_quiet(self) -> bool:
        start, end, hour = self._link.quiet_from_hour, self._link.quiet_until_hour, self._local().hour
        return start <= hour < end if start <= end else hour >= start or hour < end

    def _day(self) -> str:
        return self._local().date().isoformat()

    def _local(self) -> datetime:
        return (self._clock() + timedelta(seconds=self.time_ahead_s)).astimezone(self._zone)


class LinkState(msgspec.Struct, frozen=True, kw_only=True):
    """What the uplink says of itself to the screen, through a file."""

    state: str
    """`linked`, `no-link`, `not-let-in`, `waiting` (for the settings of the link) or `starting`."""
    told: str = ""
    at: datetime

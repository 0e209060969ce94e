"""When a recipient may be disturbed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.core.log import get_logger
from server.core.notices.schemas import Recipient

log = get_logger(__name__)


def first_moment(recipient: Recipient, at: datetime) -> datetime:
    """`at`, or the end of the recipient's quiet hours if it falls into them; UTC."""
    local = at.astimezone(_zone(recipient.zone))
    if not is_quiet(recipient, local.hour):
        return at
    end = local.replace(hour=recipient.quiet_until_hour, minute=0, second=0, microsecond=0, fold=0)
    if end <= local:
        end += timedelta(days=1)
    return end.astimezone(UTC)


def is_quiet(recipient: Recipient, hour: int) -> bool:
    """Whether that local hour is one of the recipient's quiet ones."""
    first, last = recipient.quiet_from_hour, recipient.quiet_until_hour
    if first <= last:
        return first <= hour < last
    return hour >= first or hour < last


def _zone(name: str) -> ZoneInfo:
    """The zone; UTC where nobody knows it: an answer is announced at an odd hour rather than never."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        log.warning("unknown_time_zone")
        return ZoneInfo("UTC")

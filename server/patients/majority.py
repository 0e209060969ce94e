"""When a patient comes of age: the day that is proposed, and the instant at which a local day begins."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

YEARS = 18
"""Only a proposal: a child is below eighteen *unless under the law applicable to the child, majority is attained
earlier* (United Nations, Convention on the Rights of the Child, article 1). Which day it is, the clinic says."""


def proposed_majority(born: date) -> date:
    """The eighteenth birthday; of those born on 29 February 1 March, as `age_years` counts too."""
    try:
        return born.replace(year=born.year + YEARS)
    except ValueError:
        return date(born.year + YEARS, 3, 1)


def first_moment(day: date, zone: str) -> datetime:
    """The instant (UTC) at which the day begins in the zone, also where clocks skip or repeat midnight."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)

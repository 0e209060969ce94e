"""Judges the clocks of devices: their times are data, only the server's own decide anything."""

from datetime import datetime, timedelta

AHEAD_AT_MOST = timedelta(minutes=10)
"""A device whose clock is set by a network is right to seconds; minutes are left for the way here."""
BEHIND_AT_MOST = timedelta(days=366)
"""A kiosk may be dark for weeks and a photograph may be chosen from an album of the last year."""


def plausible(moment: datetime, received_at: datetime) -> bool:
    """Whether a device's time can be right, given when the server received it; it is kept either way."""
    return received_at - BEHIND_AT_MOST <= moment <= received_at + AHEAD_AT_MOST

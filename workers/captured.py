"""Turns what a camera wrote about its time into an instant, where it said enough for one."""

from datetime import datetime

from imaging.results import PhotoMetadata


def captured_at(metadata: PhotoMetadata) -> datetime | None:
    """The instant of capture; None where the camera did not say in which zone its clock was."""
    if not metadata.captured_local or not metadata.utc_offset:
        return None
    try:
        return datetime.fromisoformat(metadata.captured_local + metadata.utc_offset)
    except ValueError:
        return None

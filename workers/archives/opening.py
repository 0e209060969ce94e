"""Opens the client that an archive's settings name."""

from server.settings import Archive
from workers.archives.dicomweb import DicomwebArchive
from workers.archives.dimse import DimseArchive
from workers.archives.port import ArchiveClient


def open_archive(archive: Archive) -> ArchiveClient:
    """A client for one attempt; nothing is connected yet."""
    if archive.dicomweb is not None:
        return DicomwebArchive(archive.dicomweb)
    if archive.dimse is not None:
        return DimseArchive(archive.dimse)
    raise ValueError("an archive without an address")

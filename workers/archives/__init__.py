"""Archives that take DICOM: one port, with an adapter for DICOMweb and one for C-STORE."""

from workers.archives.opening import open_archive
from workers.archives.port import ArchiveClient, Deferred, Instance, Interrupted, Refused

__all__ = ["ArchiveClient", "Deferred", "Instance", "Interrupted", "Refused", "open_archive"]

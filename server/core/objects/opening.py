"""Opens the object store that the settings name."""

from server.core.objects.folder import FolderStore
from server.core.objects.port import ObjectStore
from server.settings import Limits, Objects


def open_objects(objects: Objects, limits: Limits) -> ObjectStore:
    """The store over `objects.folder` or over S3; nothing is connected until its first use."""
    if objects.folder is not None:
        return FolderStore(objects.folder, limits.free_disk_bytes)
    if objects.s3 is None:
        raise ValueError("the settings name no object store")
    from server.core.objects.s3 import S3Store  # noqa: PLC0415  boto3 takes a third of a second to import

    return S3Store(objects.s3)

"""The object store: sealed bytes under write-once keys, the same over a local folder and over S3."""

from server.core.objects.opening import open_objects
from server.core.objects.port import BadObjectKey, ObjectExists, ObjectInfo, ObjectMissing, ObjectStore

__all__ = ["BadObjectKey", "ObjectExists", "ObjectInfo", "ObjectMissing", "ObjectStore", "open_objects"]

"""Names and limits of the resumable upload (tus 1.0.0) that phones and kiosks speak."""

TUS_VERSION = "1.0.0"
TUS_EXTENSIONS = ("creation", "creation-with-upload", "checksum", "termination", "expiration")
CHECKSUM_ALGORITHMS = ("sha256", "sha1")
UPLOADS_PATH = "/api/uploads"
PIECE_BYTES = 8 * 1024 * 1024
MAX_UPLOAD_BYTES = 512 * 1024 * 1024

METADATA_CASE = "case"
METADATA_PATIENT = "patient"
METADATA_PART = "part"
METADATA_SHA256 = "sha256"
METADATA_MEDIA_TYPE = "mediaType"
METADATA_PLAIN_SHA256 = "plainSha256"
"""Of a sealed part (`sealed_parts`): `sha256` and the length are then of the ciphertext, and this of what is inside."""

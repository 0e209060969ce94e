"""The verbs on uploads, receipts and things done once; other slices call these and nothing else of this slice."""

from server.intake.idempotency import Response, once
from server.intake.plausibility import plausible
from server.intake.receipts import issue_receipt
from server.intake.registering import register_from_kiosk
from server.intake.schemas import Created, HeldUpload, Incoming, NewUpload, Progress
from server.intake.service.creating import create_upload, largest_upload
from server.intake.service.ending import consume, expire_uploads, hold, remove_pieces, sweep_orphans, terminate
from server.intake.service.reading import held, held_uploads, is_held, read_upload, stream_upload, upload_progress
from server.intake.service.receiving import create_with_bytes, receive_bytes
from server.intake.service.taking import take_upload

__all__ = [
    "Created",
    "HeldUpload",
    "Incoming",
    "NewUpload",
    "Progress",
    "Response",
    "consume",
    "create_upload",
    "create_with_bytes",
    "expire_uploads",
    "held",
    "held_uploads",
    "hold",
    "is_held",
    "issue_receipt",
    "largest_upload",
    "once",
    "plausible",
    "read_upload",
    "receive_bytes",
    "register_from_kiosk",
    "remove_pieces",
    "stream_upload",
    "sweep_orphans",
    "take_upload",
    "terminate",
    "upload_progress",
]

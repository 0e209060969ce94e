"""What can be wrong with an upload, each with the status that tus 1.0.0 names."""

from server.contract.upload import TUS_VERSION
from server.core.faults import BadInput, Conflict, Expired, Fault, TooLarge, TooManyRequests, Unavailable
from server.intake.lifecycle import UploadState
from server.web.catalogue import N_

KEPT_OFFSET = "Everything up to the upload's offset is kept."
RESUME = "Ask for the offset and send on from there."


class UnsupportedTusVersion(Fault):
    status = 412
    code = "tus-version"
    title = "This version of the upload protocol is not spoken here"
    kept = "Nothing was changed."
    next_step = f"Send Tus-Resumable: {TUS_VERSION}."


class WrongContentType(Fault):
    status = 415
    code = "wrong-content-type"
    title = "Pieces of an upload have their own content type"
    kept = KEPT_OFFSET
    next_step = "Send Content-Type: application/offset+octet-stream."


class DeferredLengthRefused(BadInput):
    code = "deferred-length"
    title = "The length of an upload must be known when it is created"


class EmptyUpload(BadInput):
    code = "empty-upload"
    title = "An empty file cannot be sent"


class UploadTooLarge(TooLarge):
    code = "upload-too-large"
    title = "This file is larger than can be accepted"


class BeyondLength(TooLarge):
    code = "beyond-length"
    title = "More bytes were sent than the upload was declared to have"
    kept = KEPT_OFFSET
    next_step = RESUME


class WrongOffset(Conflict):
    code = "wrong-offset"
    title = "The upload does not stand at this offset"
    kept = KEPT_OFFSET
    next_step = RESUME


class UploadBusy(Fault):
    status = 423
    code = "upload-busy"
    title = "Another request is sending to this upload right now"
    kept = KEPT_OFFSET
    next_step = "Wait for it to end, or try again in a little while."


class LeaseLost(UploadBusy):
    code = "lease-lost"
    title = "Another request has taken this upload over"
    next_step = RESUME


class UploadEnded(Expired):
    """Terminated, expired, or refused: `detail` says which."""

    code = "upload-ended"
    title = "This upload has ended"
    kept = "Nothing of it is kept here."
    next_step = "Create a new upload for the file."


_ENDED = {
    UploadState.RECEIVING: N_("Not all of it has come yet."),
    UploadState.CONSUMED: N_("The case that it belongs to has used it already."),
    UploadState.REFUSED: N_("What came was not the file that had been announced."),
    UploadState.TERMINATED: N_("Its sender stopped it."),
    UploadState.EXPIRED: N_("Its time ran out before a case asked for it."),
}


def upload_ended(state: UploadState) -> UploadEnded:
    """The refusal with what became of the upload."""
    became = _ENDED.get(state, "")
    return UploadEnded(became)


class UploadInUse(Conflict):
    code = "upload-in-use"
    title = "A case answers for this upload"
    kept = "The upload is kept."
    next_step = "Withdraw the case, or leave the upload as it is."


class ChecksumMismatch(Fault):
    status = 460
    code = "checksum-mismatch"
    title = "What arrived does not have the checksum that was sent with it"
    kept = KEPT_OFFSET
    next_step = "Send the same bytes again from the upload's offset."


class DigestMismatch(Fault):
    status = 422
    code = "digest-mismatch"
    title = "The whole file does not have the digest that was declared"
    kept = "Nothing of it is kept here."
    next_step = "Compute the digest of the file again and create a new upload."


class TooManyPending(TooManyRequests):
    code = "too-many-uploads"
    title = "Too many uploads wait to become part of a case"
    next_step = "Send the cases they belong to, or end some of the uploads."


class ReceivingFull(Unavailable):
    code = "receiving-full"
    title = "Too many files are being received at once"


class SenderSilent(Fault):
    status = 408
    code = "sender-silent"
    title = "No more bytes came"
    kept = KEPT_OFFSET
    next_step = RESUME


class SenderGone(Fault):
    """The connection ended in the middle of the body; nobody reads this answer."""

    status = 400
    code = "sender-gone"
    title = "The connection ended before the body did"
    kept = KEPT_OFFSET
    next_step = RESUME


class StagedTooLong(Fault):
    status = 408
    code = "staged-too-long"
    title = "Bytes under one checksum took too long to arrive"
    kept = KEPT_OFFSET
    next_step = "Send less at a time under each checksum."

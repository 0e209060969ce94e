"""How uploads end: held and consumed by a case, terminated by their creator, expired; and what is cleared away."""

from collections.abc import Set
from datetime import timedelta
from uuid import UUID

from server.core.access import Action, Actor, authorize, system_actor
from server.core.db import working_for
from server.core.platform import now, platform
from server.intake import queries
from server.intake.faults import UploadInUse, upload_ended
from server.intake.lifecycle import WHOLE, UploadEvent, UploadState
from server.intake.service.ledger import end_upload, keep_upload, refuse_ended
from server.intake.service.pieces import PIECES_PREFIX, folder_of, remove_objects
from server.intake.tables import Upload

EXPIRED_AT_A_TIME = 200
ORPHAN_AFTER = timedelta(hours=24)
"""Far longer than an object can wait for its row (`ledger.STAGED_AT_MOST`)."""
CHECKED_AT_A_TIME = 200


async def hold(actor: Actor, upload_id: UUID) -> None:
    """A case answers for the upload from now on: it does not expire. Inside the case's transaction.

    UploadEnded when it is no longer here, so that no receipt is signed for it.
    """
    upload = await queries.get_upload(actor, upload_id)
    if not await keep_upload(actor, upload, UploadEvent.HOLD):
        _refuse_unless(await queries.see_again(upload), WHOLE)


async def consume(actor: Actor, upload_id: UUID, *, keep: bool) -> None:
    """The case has made of it what it needs: its pieces go, or stay (`keep`) where the patient consented to that.

    Inside the case's transaction; consuming twice changes nothing.
    """
    upload = await queries.get_upload(actor, upload_id)
    await hold(actor, upload_id)
    settle = keep_upload if keep else end_upload
    if not await settle(actor, upload, UploadEvent.CONSUME):
        _refuse_unless(await queries.see_again(upload), {UploadState.CONSUMED})


def _refuse_unless(upload: Upload, states: Set[UploadState]) -> None:
    if UploadState(upload.state) not in states:
        raise upload_ended(UploadState(upload.state))


async def terminate(actor: Actor, token: str) -> None:
    """Its creator ends it; UploadInUse when a case answers for it."""
    authorize(actor, Action.UPLOAD)
    upload = await queries.get_own_upload(actor, token)
    refuse_ended(upload)
    if not await end_upload(actor, upload, UploadEvent.TERMINATE):
        refuse_ended(await queries.see_again(upload))
        raise UploadInUse


async def expire_uploads() -> int:
    """End the uploads whose time has passed and that no case answers for; how many there were."""
    at = now()
    ended = 0
    while uploads := await queries.expired_uploads(at, EXPIRED_AT_A_TIME):
        for upload in uploads:
            actor = system_actor(upload.organisation_id)
            with working_for(actor):
                ended += await end_upload(actor, upload, UploadEvent.EXPIRE, Upload.expires_at <= at)
    return ended


async def remove_pieces(upload_id: UUID) -> None:
    """Remove the upload's objects that no row names; doing it twice changes nothing."""
    keys = [info.key async for info in platform().objects.list(folder_of(upload_id))]
    await _remove_unnamed(keys)


async def sweep_orphans() -> int:
    """Remove objects of all uploads that a crash left without a row; how many there were."""
    oldest = now() - ORPHAN_AFTER
    removed, batch = 0, list[str]()
    async for info in platform().objects.list(PIECES_PREFIX):
        if info.stored_at < oldest:
            batch.append(info.key)
        if len(batch) == CHECKED_AT_A_TIME:
            removed += await _remove_unnamed(batch)
            batch = []
    return removed + await _remove_unnamed(batch)


async def _remove_unnamed(keys: list[str]) -> int:
    named = await queries.named_keys(keys)
    unnamed = [key for key in keys if key not in named]
    await remove_objects(unnamed)
    return len(unnamed)

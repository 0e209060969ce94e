"""Deletes the notices about one erased patient: their text says little, but they hold where the person was reached."""

from collections.abc import Collection
from uuid import UUID

from server.core.notices.tables import NoticeAttempt, NoticeIntent


async def forget(patient_id: UUID, person_ids: Collection[UUID]) -> None:
    """Those of the patient and to these people, sent or not; inside the caller's transaction.

    A job that would still deliver one finds nothing and ends.
    """
    about = NoticeIntent.patient_id == patient_id
    if person_ids:
        about = about | NoticeIntent.person_id.is_in(list(person_ids))
    rows = await NoticeIntent.select(NoticeIntent.id).where(about)
    if rows:
        notice_ids = [row["id"] for row in rows]
        await NoticeAttempt.delete().where(NoticeAttempt.notice.is_in(notice_ids))
        await NoticeIntent.delete().where(NoticeIntent.id.is_in(notice_ids))

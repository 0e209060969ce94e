"""What was written to people: the jobs that write it are run, and the letters read."""

import re

import msgspec

from server.core.notices.attempts import open_content
from server.core.notices.schemas import Content
from server.core.notices.tables import NoticeIntent
from server.core.outbox.tables import OutboxJob
from server.identity.jobs import SendTicket
from server.identity.service import send_ticket


async def letters(address: str) -> list[Content]:
    """Every letter to an address, the newest last."""
    await run_ticket_jobs()
    rows = await NoticeIntent.objects().order_by(NoticeIntent.id)
    contents = [await open_content(row) for row in rows]
    return [content for content in contents if any(way.address == address for way in content.ways)]


async def templates() -> list[str]:
    """Which letters there are, whoever they went to."""
    await run_ticket_jobs()
    return [row["template"] for row in await NoticeIntent.select(NoticeIntent.template).order_by(NoticeIntent.id)]


async def last_code(address: str) -> str:
    return re.findall(r"\b\d{6}\b", (await letters(address))[-1].text.short)[0]


async def last_link(address: str) -> str:
    """The path of the newest link."""
    return re.findall(r"http://127\.0\.0\.1:8080(\S+)", (await letters(address))[-1].text.body)[0]


async def run_ticket_jobs() -> None:
    """As the worker does, at least once: here twice."""
    rows = await OutboxJob.select(OutboxJob.payload).where(OutboxJob.name == SendTicket.name)
    for row in [*rows, *rows]:
        await send_ticket(msgspec.json.decode(row["payload"], type=SendTicket).ticket_id)

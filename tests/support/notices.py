"""Reads what notices would say, for suites of slices that send them."""

from server.core.notices.attempts import open_content
from server.core.notices.schemas import Text
from server.core.notices.tables import NoticeIntent


async def texts_to(address: str) -> list[Text]:
    """The texts of the notices to that e-mail address or phone number, oldest first, delivered or not."""
    found: list[Text] = []
    for intent in await NoticeIntent.objects().order_by(NoticeIntent.id):
        content = await open_content(intent)
        if any(way.address == address for way in content.ways):
            found.append(content.text)
    return found

"""A specialist at the desk: signs in with a password and a code app, and works through the pages' forms."""

import html
import re
from uuid import UUID

import httpx

from tests.identity.browser import HEADERS, Browser
from tests.identity.enrolled import PASSWORD, Enrolled

VERSION = re.compile(r'name="case_version" value="(\d+)"')
DRAFT_VERSION = re.compile(r'name="version" value="(\d+)"')
TIMEOUT_S = 30.0


class Reader:
    """`browser` keeps the session; each verb asserts that the desk did it."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    async def sign_in(self, enrolled: Enrolled) -> None:
        await self.browser.send("/sign-in", email=enrolled.email, password=PASSWORD)
        assert self.browser.location.startswith("/sign-in/app-code"), self.browser.text
        await self.browser.send("/sign-in/app-code", code=enrolled.code())
        assert self.browser.status == 303, self.browser.text

    async def queue(self) -> str:
        return (await self.browser.open("/queue")).text

    async def claim(self, case_id: UUID) -> None:
        await self._act(case_id, "claim", of="/queue")

    async def escalate(self, case_id: UUID, reason: str = "spreading") -> None:
        await self._act(case_id, "escalate", acuity="urgent", reason=reason)

    async def ask_better(self, case_id: UUID, part_id: UUID, note: str) -> None:
        await self._act(case_id, "ask", photo=str(part_id), reason="blurred", note=note)

    async def write(self, case_id: UUID, text: str) -> None:
        await self._act(case_id, "messages", text=text)

    async def save_draft(self, case_id: UUID, **answer: str) -> None:
        page = await self.browser.open(f"/queue/cases/{case_id}")
        await page.send_again(f"/queue/cases/{case_id}/draft", **_versions(page.text), **answer)
        assert self.browser.status == 200, self.browser.text

    async def sign(self, case_id: UUID, *, key: str = "", **answer: str) -> None:
        page = await self.browser.open(f"/queue/cases/{case_id}")
        await page.send_again(f"/queue/cases/{case_id}/sign", key=key, **_versions(page.text), **answer)
        assert self.browser.status == 303, self.browser.text

    def has_answer(self, page: str) -> bool:
        """Whether the case page shows a signed answer."""
        return 'aria-labelledby="answers"' in page

    async def amend(self, case_id: UUID, **answer: str) -> None:
        await self._act(case_id, "amend", **answer)

    async def see_photo(self, case_id: UUID, part_id: UUID, name: str) -> httpx.Response:
        return (await self.browser.open(f"/cases/{case_id}/photos/{part_id}/{name}")).page

    async def _act(self, case_id: UUID, verb: str, *, of: str = "", **fields: str) -> None:
        page = f"/queue/cases/{case_id}"
        await self.browser.send(f"{page}/{verb}", of=of or page, **fields)
        assert self.browser.status == 303, f"{verb}: {self.browser.status}\n{_words(self.browser.text)}"


def desk_link(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=TIMEOUT_S)


def _versions(page: str) -> dict[str, str]:
    """The hidden fields of the answer's form: which draft and which state of the case it was written on."""
    version, case_version = DRAFT_VERSION.search(page), VERSION.search(page)
    assert version is not None, f"the page has the answer's form\n{_words(page)}"
    assert case_version is not None
    return {"version": version.group(1), "case_version": case_version.group(1)}


def _words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))[:2000]

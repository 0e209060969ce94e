"""A link that can be broken at a chosen piece, and that counts what went over it."""

from playwright.async_api import BrowserContext, Request, Route


class Link:
    """Attach it before the first page; `break_at` is the number of the piece (from 1) that does not get through."""

    def __init__(self) -> None:
        self.submissions = 0
        self.creations = 0
        self.offsets: list[int] = []
        self.break_at: int | None = None

    async def attach(self, context: BrowserContext) -> None:
        context.on("request", self._count)
        await context.route("**/api/uploads/*", self._carry)

    def _count(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/cases"):
            self.submissions += 1
        if request.method == "POST" and request.url.endswith("/api/uploads"):
            self.creations += 1

    async def _carry(self, route: Route) -> None:
        if route.request.method != "PATCH":
            await route.continue_()
            return
        self.offsets.append(int(route.request.headers["upload-offset"]))
        if self.break_at is not None and len(self.offsets) >= self.break_at:
            await route.abort("connectionreset")
        else:
            await route.continue_()

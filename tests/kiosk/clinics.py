"""A real server with a clinic on it, and a kiosk's uplink in the name of the clinic's worker."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from kiosk.settings import Link
from kiosk.spool.spool import Spool
from kiosk.uplink.allowance import Allowance
from kiosk.uplink.authorizer import SessionAuthorizer
from kiosk.uplink.courier import Courier
from kiosk.uplink.server import NoLink, Server, open_http
from kiosk.uplink.trust import Trust
from server.core.access import Actor
from tests.journeys.waiting import NeverCame, pause
from tests.support.people import begin, hold_session

STEPS_AT_MOST = 20_000


class Uplink:
    """One process's uplink: a new one knows only what the spool and the kiosk's folder say."""

    def __init__(self, folder: Path, spool: Spool, http: httpx.AsyncClient, link: Link) -> None:
        self.spool = spool
        self.server = Server(http, SessionAuthorizer())
        self.trust = Trust(folder)
        self.allowance = Allowance(spool, link, "UTC")
        self.courier = Courier(spool, self.server, self.trust, self.allowance)

    async def drain(self) -> None:
        """Until there is nothing to do, insisting where the server says later."""
        for _ in range(STEPS_AT_MOST):
            try:
                if not await self.courier.step():
                    return
            except NoLink:
                await pause()
        raise NeverCame("there was always one more step")


@asynccontextmanager
async def uplink_of(
    worker: Actor, url: str, folder: Path, spool: Spool, link: Link | None = None
) -> AsyncGenerator[Uplink]:
    async with open_http(url) as http:
        hold_session(http, await begin(worker.actor_id))
        uplink = Uplink(folder, spool, http, link or Link())
        await uplink.trust.meet(uplink.server)
        yield uplink

"""A process that serves the platform, or the floor beside it: `python -m tests.bench.fleet_serving WHAT`."""

import os
import sys
from typing import Any

import uvicorn
from litestar import Litestar, Request, post

from server.cli.http_protocol import BoundedProtocol
from server.cli.serving import listen, run_web
from server.core.db import platform_wide
from server.core.ids import new_id
from server.core.platform import now, open_platform
from server.fleet.tables import KioskLog
from server.settings import load


@post("/bare", status_code=201)
async def insert_bare(request: Request[Any, Any, Any]) -> dict[str, int]:
    """One row, committed as every row of ours is."""
    body = await request.body()
    row = KioskLog(
        id=new_id(),
        recorded_at=now(),
        organisation_id=new_id(),
        kiosk_id=new_id(),
        size_bytes=len(body),
        sha256="0" * 64,
        expires_at=now(),
    )
    with platform_wide():
        await KioskLog.insert(row)
    return {"bytes": len(body)}


def main(what: str) -> None:
    settings = load(os.environ)
    with listen(settings.web) as listener:
        platform = open_platform(settings)
        if what == "careferry":
            run_web(platform, listener)
            return
        config = uvicorn.Config(
            Litestar([insert_bare], openapi_config=None), http=BoundedProtocol, log_config=None, access_log=False
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])

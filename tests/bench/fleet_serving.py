"""A process that serves the platform, or the floor beside it: `python -m tests.bench.fleet_serving WHAT PORT`."""

import os
import sys
from typing import Any

import uvicorn
from litestar import Litestar, Request, post

from server.app import create_app
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


def main(what: str, port: int) -> None:
    platform = open_platform(load(os.environ))
    app = create_app(platform) if what == "careferry" else Litestar([insert_bare], openapi_config=None)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

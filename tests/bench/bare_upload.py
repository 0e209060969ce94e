"""The floor of the intake: a bare Litestar PATCH that streams to a file and flushes it every piece.

Run with `python -m tests.bench.bare_upload FOLDER`; it tells its port.
"""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, patch
from litestar.params import FromPath

from server.contract.upload import PIECE_BYTES


def create_bare_app(folder: Path) -> Litestar:
    @patch("/{name:str}", request_max_body_size=None)
    async def receive(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[None]:
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            piece = bytearray()
            async for chunk in request.stream():
                piece += chunk
                if len(piece) >= PIECE_BYTES:
                    await asyncio.to_thread(write_durably, descriptor, piece)
                    piece = bytearray()
            await asyncio.to_thread(write_durably, descriptor, piece)
        finally:
            os.close(descriptor)
        return Response(None, status_code=204)

    return Litestar([receive], openapi_config=None)


def write_durably(descriptor: int, piece: bytearray) -> None:
    if piece:
        os.write(descriptor, piece)
        os.fdatasync(descriptor)


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(create_bare_app(Path(sys.argv[1])), log_level="error")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()

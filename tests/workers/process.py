"""A worker process that does chores, with settings from its environment."""

import asyncio
import os

from server.settings import load
from tests.workers.chores import Chore, bind_chore_tables, do_chore
from workers.actors import Registry
from workers.main import run_worker

registry = Registry()


@registry.actor(Chore)
async def do(job: Chore) -> None:
    bind_chore_tables()
    await do_chore(job.number, os.getpid())
    await asyncio.sleep(CHORE_S)


CHORE_S = 0.02
"""Long enough that a signal finds chores in the middle."""


if __name__ == "__main__":
    run_worker(load(os.environ), registry)

"""Kills the processes of a stack at random moments and starts them again, for as many deaths as are wanted."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from random import Random

from tests.journeys.nursery import LOG, WRITES_BEHIND
from tests.journeys.stack import Stack

LIFE_S = {"web": 0.9, "worker": 2.5}
"""Mean seconds a process lives once it is started; the web's count from its first answer."""
LONGEST_LIFE_S = 8.0


class Mortals:
    """The nursery and whoever of it lives now."""

    def __init__(self, process: "subprocess.Popen[str]", stack: Stack) -> None:
        self._process = process
        self._stack = stack
        self.deaths = {"web": 0, "worker": 0}

    def start(self, role: str) -> None:
        self._order(f"start {role}")

    def kill(self, role: str) -> None:
        """SIGKILL; it is dead on return."""
        self._order(f"kill {role}")
        self.deaths[role] += 1

    async def die_often(self, role: str, deaths: int, random: Random) -> None:
        """Live a random time and be killed, again and again; alive at the end."""
        for _ in range(deaths):
            if role == "web":
                await self._stack.ready()
            await asyncio.sleep(min(random.expovariate(1 / LIFE_S[role]), LONGEST_LIFE_S))
            self.kill(role)
            self.start(role)

    def _order(self, command: str) -> None:
        assert self._process.stdin is not None
        print(command, file=self._process.stdin, flush=True)
        self.await_done()

    def await_done(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == "done"


@contextmanager
def mortals(stack: Stack, *, writes_behind: bool = False) -> Generator[Mortals]:
    """A web and a worker process of the stack that can be killed; ended with everything they started."""
    environ = {**stack.environ, LOG: str(stack.log)} | ({WRITES_BEHIND: "1"} if writes_behind else {})
    command = [sys.executable, "-m", "tests.journeys.nursery"]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        living = Mortals(process, stack)
        living.await_done()
        for role in living.deaths:
            living.start(role)
        yield living
        # Closing its input, which `Popen` does next, ends the nursery and its children.


def soak_is_wanted() -> bool:
    return os.environ.get("CAREFERRY_SOAK") == "1"

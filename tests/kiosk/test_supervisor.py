"""Supervised processes: what is killed comes back, and what only ever ends is given up."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import httpx
import pytest

from kiosk.supervisor import RESTARTS_AT_MOST, ROLES, WITHIN_S, Budget
from tests.journeys.waiting import until
from tests.kiosk.test_sign_in import Clock
from tests.support.seaweedfs import free_ports


def test_a_budget_is_spent_by_too_many_ends_and_filled_by_time() -> None:
    clock = Clock()
    budget = Budget(clock)
    assert all(budget.spend() for _ in range(RESTARTS_AT_MOST))
    assert not budget.spend()
    clock.now_s += WITHIN_S + 1
    assert budget.spend()


@pytest.mark.timeout(120)
async def test_every_process_that_is_killed_comes_back(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    folder = tmp_path / "kiosk"
    command = [sys.executable, "-m", "kiosk", "demo", "--data", str(folder), "--port", str(port)]
    command += ["--server", "http://127.0.0.1:9"]
    with (tmp_path / "log").open("wb") as log, _started(command, log) as process:
        await until(lambda: _answers(port), within_s=60, what="the screen")
        before = _children(process.pid)
        for child in before:
            os.kill(child, signal.SIGKILL)
        await until(lambda: _have_changed(process.pid, before), within_s=30, what="as many new processes")
        await until(lambda: _answers(port), within_s=60, what="the screen again")
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.timeout(120)
async def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "kiosk", "demo", "--data", str(tmp_path / "kiosk"), "--port", str(port)]
    command += ["--server", "http://127.0.0.1:9"]
    with (tmp_path / "log").open("wb") as log, _started(command, log) as process:
        await until(lambda: _answers(port), within_s=60, what="the screen")
        children = _children(process.pid)
        process.kill()
        process.wait(20)
        await until(lambda: _have_ended(children), within_s=30, what="the end of its children")


async def _have_ended(process_ids: list[int]) -> bool:
    return not any(_command(each) for each in process_ids)


def _command(process_id: int) -> bytes:
    """Empty for a process that has ended and that nobody has buried yet."""
    try:
        return Path(f"/proc/{process_id}/cmdline").read_bytes()
    except OSError:
        return b""


def _started(command: list[str], log: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, stdout=log, stderr=log)


def _children(process_id: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


async def _have_changed(process_id: int, before: list[int]) -> bool:
    now = _children(process_id)
    return len(now) == len(before) == len(ROLES) + 1 and not set(now) & set(before)


async def _answers(port: int) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/")).status_code == 200
        except httpx.TransportError:
            return False

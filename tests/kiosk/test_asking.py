"""One process asks another: an answer in time, or the word that there is none."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from kiosk.asking import Answering, NoAnswer, NobodyThere, ask
from tests.journeys.waiting import until

ECHO = """
import sys
from pathlib import Path
from kiosk.asking import Answering
Answering(Path(sys.argv[1]), str, lambda asked: asked * 2).serve_forever()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", ECHO, str(tmp_path / "socket")])
    yield process
    process.kill()
    process.wait()


async def test_a_process_that_hangs_costs_no_more_than_the_time_given(
    tmp_path: Path, other: "subprocess.Popen[bytes]"
) -> None:
    path = tmp_path / "socket"

    async def answers() -> bool:
        try:
            return ask(path, "a", str, 5.0) == "aa"
        except NoAnswer:
            return False

    await until(answers, within_s=30, what="the other process")
    os.kill(other.pid, signal.SIGSTOP)
    begun_s = time.monotonic()
    for _ in range(40):  # more than its queue takes: connecting itself must not wait either
        with pytest.raises(NoAnswer) as refused:
            ask(path, "a", str, 0.05)
        assert refused.type is NoAnswer
    assert time.monotonic() - begun_s < 20
    other.kill()
    other.wait()
    with pytest.raises(NobodyThere):
        ask(path, "a", str, 1.0)


def test_what_is_no_question_gets_no_answer_and_the_next_gets_its_own(tmp_path: Path) -> None:
    with Answering(tmp_path / "socket", int, lambda asked: asked + 1) as answering:
        thread = Thread(target=answering.serve_forever)
        thread.start()
        with pytest.raises(NobodyThere):
            ask(tmp_path / "socket", "words", int, 5.0)
        assert ask(tmp_path / "socket", 1, int, 5.0) == 2
        answering.shutdown()
        thread.join()

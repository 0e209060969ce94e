"""The sandbox isolates, bounds, ends and replaces its children, and never mistakes one kind of end for another."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest

import imaging
from imaging.refusals import PhotoRefused, Refusal
from imaging.sandbox import JobLimits, Sandbox, SandboxLost, SandboxUnavailable

pytestmark = pytest.mark.requires("bubblewrap")
PROBES = Path(__file__).parent / "probes"
MakeSandbox = Callable[..., Sandbox]


@pytest.fixture
def make() -> Iterator[MakeSandbox]:
    """A sandbox that runs one of the probes; closed at the end."""
    made: list[Sandbox] = []

    def make_one(probe: str, *, folder: Path = PROBES, **options: Any) -> Sandbox:
        made.append(Sandbox(task=f"sandbox_probes:{probe}", task_folder=folder, **options))
        return made[-1]

    yield make_one
    for sandbox in made:
        sandbox.close()


def refusal_of(sandbox: Sandbox, data: bytes = b"x") -> PhotoRefused:
    with pytest.raises(PhotoRefused) as refused:
        sandbox.run(data)
    return refused.value


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def look_around(make: MakeSandbox, folder: Path, port: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the warm process reaches inside bubblewrap, and what the same code reaches without it."""
    probes = folder / "deep" / "probes"
    probes.mkdir(parents=True)
    (probes / "sandbox_probes.py").write_text((PROBES / "sandbox_probes.py").read_text())
    (probes / "port").write_text(str(port))
    (folder / "deep" / "secret").write_text("of another patient")
    inside, _ = make("look_around", folder=probes).run(b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imaging.sandbox.missing_for_isolation", lambda: "everything")
        outside, _ = make("look_around", folder=probes, allow_unsandboxed=True).run(b"")
    return json.loads(inside), json.loads(outside)


def test_the_warm_process_reaches_no_network_and_no_file_of_this_machine(
    make: MakeSandbox, tmp_path: Path, listening: int
) -> None:
    inside, outside = look_around(make, tmp_path, listening)
    reached = {"connect", "secret", "passwd", "write"}
    assert {name: outside[name] for name in reached} == dict.fromkeys(reached, "ok"), "the probe works where it may"
    assert all(inside[name] != "ok" for name in reached)
    assert inside["write_root"] != "ok"
    libraries = (tmp_path, Path(sys.base_prefix), Path(imaging.__file__), Path(msgspec.__file__))
    assert set(inside["root"]) <= {"lib", "lib64", "usr", "sys", *(path.parts[1] for path in libraries)}
    assert set(inside["system"]) <= {"/sys/kernel/mm/transparent_hugepage"}
    assert not {"etc", "proc", "dev", "home", "var"} & set(inside["root"])
    assert "PATH" not in inside["environment"]
    assert inside["processes"] <= 3, "a process namespace of its own"


def test_a_child_can_open_make_and_signal_nothing(make: MakeSandbox) -> None:
    header, _ = make("reach_out").run(b"")
    tried = json.loads(header)
    assert tried.pop("thread") == 1, "threads are needed and allowed"
    assert {name: result for name, result in tried.items() if result == "ok"} == {}


def test_without_bubblewrap_nothing_runs_unless_told_so(make: MakeSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SandboxUnavailable, match="bubblewrap"):
        make("echo").run(b"data")
    demo = make("echo", allow_unsandboxed=True)
    assert not demo.is_isolated
    assert demo.run(b"data", b"options") == (b"options", b"data")


def test_a_bubblewrap_that_cannot_isolate_counts_as_none(
    make: MakeSandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    with pytest.raises(SandboxUnavailable, match="No permissions to create new namespace"):
        make("echo").run(b"data")


def test_an_unsandboxed_child_is_still_limited_and_filtered(make: MakeSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    header, _ = make("reach_out", allow_unsandboxed=True).run(b"")
    assert "ok" not in json.loads(header).values()


def test_isolated_is_said(make: MakeSandbox) -> None:
    assert make("echo").is_isolated


def test_a_child_holds_its_input_its_output_and_the_standard_three(make: MakeSandbox) -> None:
    assert make("count_descriptors").run(b"")[0] == b"5"


def test_what_goes_in_comes_out(make: MakeSandbox) -> None:
    data = os.urandom(3_000_000)
    assert make("echo").run(data, b"options") == (b"options", data)


def test_no_child_sees_what_another_left(make: MakeSandbox) -> None:
    sandbox = make("remember")
    assert [sandbox.run(b"secret")[0] for _ in range(3)] == [b"1", b"1", b"1"]


def test_a_child_reads_what_its_libraries_complained_and_no_other_childs(make: MakeSandbox) -> None:
    sandbox = make("complain")
    assert sandbox.run(b"Corrupt JPEG data")[0] == b"Corrupt JPEG data"
    assert sandbox.run(b"other")[0] == b"other"


@pytest.mark.parametrize("probe", ["spin", "wait"])
def test_a_child_that_does_not_end_is_ended(make: MakeSandbox, probe: str) -> None:
    assert refusal_of(make(probe, job_limits=JobLimits(timeout_s=0.2))).code is Refusal.TIMEOUT


def test_processor_time_is_bounded_by_itself(make: MakeSandbox) -> None:
    assert refusal_of(make("spin", job_limits=JobLimits(cpu_s=1, timeout_s=90))).code is Refusal.TIMEOUT


def test_memory_is_bounded(make: MakeSandbox) -> None:
    assert refusal_of(make("hog", job_limits=JobLimits(memory_bytes=1024**3))).code is Refusal.MEMORY


def test_the_answer_is_bounded(make: MakeSandbox) -> None:
    refused = refusal_of(make("answer_at_length", job_limits=JobLimits(output_bytes=1024**2)))
    assert (refused.code, refused.detail) == (Refusal.DECODE_FAILED, "the answer is larger than allowed")


def test_a_crash_is_refused_and_the_next_job_runs(make: MakeSandbox) -> None:
    sandbox = make("crash")
    assert refusal_of(sandbox).detail == f"the child ended with {-signal.SIGSEGV}"
    assert refusal_of(sandbox).code is Refusal.DECODE_FAILED


def test_an_error_inside_keeps_its_name_and_place(make: MakeSandbox) -> None:
    assert "ZeroDivisionError at sandbox_probes.py:" in refusal_of(make("break_down")).detail


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x05hello",
        b"\0\0\0\x01\xc0",
        b"\0\0\0\x0b\x81\xa7refusal\xa1x",
    ],
)
def test_a_forged_answer_is_refused(make: MakeSandbox, forged: bytes) -> None:
    refused = refusal_of(make("forge"), forged)
    assert (refused.code, refused.detail) == (Refusal.DECODE_FAILED, "the child's answer has another shape")


@pytest.mark.parametrize("header", [b"{}", b"not json", b"[1]"])
def test_facts_of_another_shape_are_refused(make: MakeSandbox, header: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = make("echo")
    monkeypatch.setattr(sandbox, "run", Mock(return_value=(header, b"no pack")))
    with pytest.raises(PhotoRefused) as refused:
        sandbox.prepare(b"x")
    assert refused.value.code is Refusal.DECODE_FAILED


def kill_warm(sandbox: Sandbox) -> None:
    """What the kernel does when memory runs out."""
    warm = sandbox._running()
    os.killpg(warm._process.pid, signal.SIGKILL)
    warm._process.wait()


def test_a_lost_warm_process_loses_the_job_and_is_replaced(make: MakeSandbox) -> None:
    sandbox = make("echo")
    kill_warm(sandbox)
    with pytest.raises(SandboxLost):
        sandbox.run(b"data")
    assert sandbox.run(b"data")[1] == b"data"


def test_a_job_under_way_is_lost_with_its_warm_process_and_not_refused(make: MakeSandbox) -> None:
    sandbox = make("wait")
    sandbox.start()
    with ThreadPoolExecutor(1) as executor:
        job = executor.submit(sandbox.run, b"data")
        kill_warm(sandbox)
        with pytest.raises(SandboxLost):
            job.result()


def test_replacing_has_a_budget_that_success_restores(make: MakeSandbox) -> None:
    sandbox = make("echo", restarts_max=2)

    def lose() -> None:
        kill_warm(sandbox)
        with pytest.raises(SandboxLost):
            sandbox.run(b"data")

    lose()
    lose()
    assert sandbox.run(b"data")[1] == b"data"
    for _ in range(3):
        lose()
    with pytest.raises(SandboxUnavailable, match="3 times in a row"):
        sandbox.run(b"data")


def test_many_threads_share_one_sandbox(make: MakeSandbox) -> None:
    sandbox = make("echo", parallel_max=4)
    inputs = [os.urandom(1000 + n) for n in range(60)]
    with ThreadPoolExecutor(12) as executor:
        assert [body for _, body in executor.map(sandbox.run, inputs)] == inputs


def test_no_descriptor_stays_open(make: MakeSandbox) -> None:
    sandbox = make("echo")
    sandbox.run(b"first")
    before = set(Path("/proc/self/fd").iterdir())
    for _ in range(20):
        sandbox.run(b"data")
    assert len(set(Path("/proc/self/fd").iterdir()) - before) <= 1, "the listing itself holds one"


def test_the_thread_that_started_it_may_end(make: MakeSandbox) -> None:
    sandbox = make("echo")
    starter = threading.Thread(target=sandbox.start)
    starter.start()
    starter.join()
    assert sandbox.run(b"data")[1] == b"data"


def test_it_does_not_outlive_an_application_that_is_killed(tmp_path: Path) -> None:
    program = (
        "from imaging.sandbox import Sandbox; s = Sandbox(); s.start(); "
        "print(s._running()._process.pid, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as application:
        assert application.stdout is not None
        sandbox_fd = os.pidfd_open(int(application.stdout.readline()))
        application.kill()
        ended, _, _ = select.select([sandbox_fd], [], [], 30)
        os.close(sandbox_fd)
    assert ended

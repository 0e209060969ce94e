"""Every hostile file, in the real sandbox: a photograph or a reason, within its time and memory, and nothing breaks."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.refusals import PhotoRefused
from imaging.sandbox import JobLimits, Sandbox
from imaging.sandbox_wire import JobEnd
from tests.support.hostile_files import PAYLOADS, HostileFile, corpus

pytestmark = [pytest.mark.requires("bubblewrap"), pytest.mark.timeout(600)]
CPU_S = 5
MEMORY_BYTES = 768 * 1024**2


class Run:
    """What came of the whole corpus: the end of each file, and what each child used."""

    def __init__(self) -> None:
        self.ends: dict[str, str] = {}
        self.used: dict[str, JobEnd] = {}
        self.packs: dict[str, bytes] = {}

    def run(self, files: list[HostileFile]) -> None:
        """With the kernel ending each child after 5 s of processor time; waiting for a busy machine counts nothing."""
        ends: list[JobEnd] = []
        with Sandbox(job_limits=JobLimits(cpu_s=CPU_S), on_end=ends.append) as sandbox:
            for file in files:
                ends.clear()
                self.ends[file.name] = self._prepare(sandbox, file)
                if ends:
                    self.used[file.name] = ends[-1]

    def _prepare(self, sandbox: Sandbox, file: HostileFile) -> str:
        try:
            prepared = sandbox.prepare(file.content)
        except PhotoRefused as refused:
            return refused.code
        self.packs[file.name] = prepared.packed
        return "prepared"


@pytest.fixture(scope="module")
def files() -> list[HostileFile]:
    return corpus()


@pytest.fixture(scope="module")
def run(files: list[HostileFile]) -> Run:
    made = Run()
    made.run(files)
    return made


def test_the_corpus_is_large_and_of_every_kind(files: list[HostileFile]) -> None:
    assert len({file.name for file in files}) == len(files) >= 200
    kinds = {file.name.split()[0] for file in files}
    assert kinds >= {"cut", "bomb", "polyglot", "dicom", "length", "profile", "exif", "animated", "unusual", "foreign"}


def test_each_ends_as_it_may(files: list[HostileFile], run: Run) -> None:
    wrong = {
        file.name: end
        for file in files
        if (end := run.ends[file.name]) not in file.refusals and not (end == "prepared" and file.may_prepare)
    }
    assert wrong == {}


def test_each_keeps_to_its_time_and_memory(files: list[HostileFile], run: Run) -> None:
    children = set(run.ends) - {file.name for file in files if not file.content}
    assert set(run.used) == children
    beyond = {
        name: (used.cpu_s, used.peak_memory_bytes)
        for name, used in run.used.items()
        if used.cpu_s > CPU_S or used.peak_memory_bytes > MEMORY_BYTES
    }
    assert beyond == {}


def test_no_child_crashed_or_was_ended(run: Run) -> None:
    assert {name: used.exit_code for name, used in run.used.items() if used.exit_code or used.is_timed_out} == {}


def test_nothing_of_what_else_a_file_was_survives(run: Run) -> None:
    prepared = {name: pack for name, pack in run.packs.items() if name.startswith("polyglot")}
    assert len(prepared) > 20
    for pack in prepared.values():
        assert not [name for name, payload in PAYLOADS.items() if payload[:24] in pack]


def test_what_comes_out_is_a_picture(run: Run) -> None:
    for pack in run.packs.values():
        at = pack.index(b"\xff\xd8\xff")
        assert cv2.imdecode(np.frombuffer(pack, np.uint8, offset=at), cv2.IMREAD_COLOR) is not None


@pytest.mark.requires("data")
def test_the_damaged_camera_photograph_ends_alike(photos: Path) -> None:
    made = Run()
    content = (photos / "corrupted.jpg").read_bytes()
    made.run([HostileFile("corrupted.jpg", content, frozenset())])
    assert made.ends == {"corrupted.jpg": "damaged"}
    assert made.used["corrupted.jpg"].peak_memory_bytes < MEMORY_BYTES


def test_the_limits_are_the_kernels(files: list[HostileFile]) -> None:
    """A control: with too little of it the same file is ended, so the bounds above are real."""
    large = next(file for file in files if file.name == "bomb png within the bounds")
    with Sandbox(job_limits=JobLimits(memory_bytes=600 * 1024**2)) as small, pytest.raises(PhotoRefused) as refused:
        small.prepare(large.content)
    assert refused.value.code == "memory"

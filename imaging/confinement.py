"""The command that starts a Python process in an empty root: no network, no home, only libraries to read."""

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from pathlib import Path

# What may be imported inside; each brings the files of the distribution that owns it.
_PACKAGES = ("msgspec", "numpy", "cv2", "PIL", "pillow_heif")
_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
# Where the C library reads whether, and of which size, large pages are to be had.
_LARGE_PAGES = "/sys/kernel/mm/transparent_hugepage"
_NOBODY = "65534"
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    # Threads that a library starts at import would be lost in every fork, and arenas for them use address space.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # Every child begins without memory: in pages of 4 KiB a photograph costs it 20,000 faults, a tenth of its time.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
_START = "import sys; sys.path[:0] = sys.argv[3:]; from imaging.warm import main; main(int(sys.argv[1]), sys.argv[2])"


def is_bubblewrap_installed() -> bool:
    """Whether `bwrap` is on the path. It may still be unable to make namespaces, which its start then shows."""
    return shutil.which("bwrap") is not None


def environment() -> dict[str, str]:
    """The whole environment of the process inside; nothing of the caller's own is passed on."""
    return dict(_ENVIRONMENT)


def bare_command(control_fd: int, task: str, task_folder: Path | None) -> list[str]:
    """Python in isolated mode running `imaging.warm` with `task` (`module:function`), without any confinement."""
    folders = sorted({str(path.parent) for path in _libraries()} | {str(path) for path in _as_list(task_folder)})
    return [_interpreter(), "-I", "-S", "-c", _START, str(control_fd), task, *folders]


def confined_command(control_fd: int, task: str, task_folder: Path | None) -> list[str]:
    """The same inside bubblewrap: own user, process, network, mount, IPC and cgroup namespaces, no capability."""
    command = ["bwrap", "--unshare-all", "--cap-drop", "ALL", "--uid", _NOBODY, "--gid", _NOBODY, "--clearenv"]
    for name, value in _ENVIRONMENT.items():
        command += ["--setenv", name, value]
    for library in map(Path, _SYSTEM_LIBRARIES):
        if library.is_symlink():
            command += ["--symlink", str(library.readlink()), str(library)]
        elif library.is_dir():
            command += ["--ro-bind", str(library), str(library)]
    for path in [*_python_files(), *_libraries(), *_as_list(task_folder)]:
        command += ["--ro-bind", str(path), str(path)]
    command += ["--ro-bind-try", _LARGE_PAGES, _LARGE_PAGES]
    return [*command, "--remount-ro", "/", "--chdir", "/", "--", *bare_command(control_fd, task, task_folder)]


def _interpreter() -> str:
    return os.path.realpath(sys.executable)


def _python_files() -> list[Path]:
    """The interpreter and its standard library, where they lie outside of the system's own libraries."""
    candidates = [Path(_interpreter()), Path(sys.base_prefix, "lib"), Path(sys.base_prefix, "lib64")]
    return [path for path in candidates if path.exists() and str(path) not in _SYSTEM_LIBRARIES]


def _libraries() -> list[Path]:
    """What is imported inside beside the standard library, as it lies on this machine."""
    spec = importlib.util.find_spec("imaging")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the imaging package is not installed")
    paths = {Path(spec.submodule_search_locations[0])}
    owners = importlib.metadata.packages_distributions()
    for package in _PACKAGES:
        for owner in owners[package]:
            paths |= _files_of(importlib.metadata.distribution(owner))
    return sorted(paths)


def _files_of(distribution: importlib.metadata.Distribution) -> set[Path]:
    """The top-level files and folders that a distribution installed beside each other."""
    tops = {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}
    paths = {Path(str(distribution.locate_file(top))) for top in tops if not top.endswith(".dist-info")}
    return {path for path in paths if path.exists()}


def _as_list(task_folder: Path | None) -> list[Path]:
    return [] if task_folder is None else [task_folder]

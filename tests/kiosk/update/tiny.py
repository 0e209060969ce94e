"""A whole program for a slot in a few lines: a real wheel whose kiosk runs, is well, or fails in a given way."""

import hashlib
import shutil
import zipfile
from pathlib import Path

MAIN = """
import importlib.metadata, pathlib, signal, sys, time
verb, data = sys.argv[1], pathlib.Path(sys.argv[3])
version, ails = importlib.metadata.version("careferry"), {ails!r}
if verb == "keep":
    (data / "kept").write_text(version)
    sys.exit(0)
if verb == "run":
    if ails == "ended" and data.name != "rehearsal":
        sys.exit(3)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    (data / "runs").write_text(version)
    with (data / "lives").open("a") as lives:
        lives.write(version + "\\n")
    while True:
        time.sleep(0.05)
where, _, what = ails.rpartition(":")
if what and (where == "rehearsal") == (data.name == "rehearsal"):
    print(what)
    sys.exit(1)
"""

METADATA = "Metadata-Version: 2.1\nName: careferry\nVersion: {}\nProvides-Extra: kiosk\n"


def make_wheel(folder: Path, version: str, ails: str = "", weight: bytes = b"") -> Path:
    """`ails` is `camera` (once it is switched to), `rehearsal:camera` (before), or `ended`."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"careferry-{version}.dist-info"
    files = {
        "kiosk/__init__.py": b"",
        "kiosk/__main__.py": MAIN.format(ails=ails).encode(),
        "kiosk/weight.bin": weight,
        f"{info}/METADATA": METADATA.format(version).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    path = folder / f"careferry-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in {**files, f"{info}/RECORD": record.encode()}.items():
            wheel.writestr(zipfile.ZipInfo(name), content)
    return path


def unpack(base: Path, wheel: Path, slot: Path) -> None:
    """An environment like `base`, with the wheel's program instead of its own."""
    if slot.is_symlink():
        slot.unlink()
    shutil.rmtree(slot, ignore_errors=True)
    shutil.copytree(base, slot, symlinks=True, ignore=shutil.ignore_patterns("pip*", "setuptools*", "__pycache__"))
    (packages,) = (slot / "lib").glob("python3*/site-packages")
    for path in (*packages.glob("careferry-*.dist-info"), packages / "kiosk"):
        shutil.rmtree(path)
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(packages)


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

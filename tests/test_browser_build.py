"""The build of the browser code: plain names lead to hashed files, and nothing is built twice."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import browser_build
from browser_build import Bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """Two entry points that share a module, and a style sheet."""
    scripts = tmp_path / "islands"
    styles = tmp_path / "styles"
    for folder in (scripts / "shared", styles):
        folder.mkdir(parents=True)
    (scripts / "shared/greeting.ts").write_text('export const greeting = (name: string) => "Hello, " + name;')
    for name in ("main", "zoom"):
        (scripts / f"{name}.ts").write_text(
            f'import {{ greeting }} from "./shared/greeting"; document.title = greeting("{name}");'
        )
    (styles / "main.css").write_text("body { color: black }")
    return Bundle(scripts, styles, tmp_path / "static")


@pytest.fixture
def build(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    """Builds the sample in place of the pages, and gives its manifest."""
    monkeypatch.setattr(browser_build, "PAGES", bundle)
    none = Bundle(bundle.output / "none", bundle.output / "none", bundle.output)
    monkeypatch.setattr(browser_build, "PHONE", none)
    monkeypatch.setattr(browser_build, "HANDOFF", none)

    def run() -> dict[str, str]:
        browser_build.build()
        return json.loads((bundle.output / "manifest.json").read_text())

    return run


def _files(bundle: Bundle) -> set[str]:
    return {path.name for path in bundle.output.iterdir()} - {"manifest.json", browser_build.STAMP}


def test_manifest_names_every_built_file(bundle: Bundle, build: Callable[[], dict[str, str]]) -> None:
    manifest = build()
    assert {"main.js", "zoom.js", "main.css"} < set(manifest)
    assert set(manifest.values()) == _files(bundle)


def test_shared_module_is_sent_once(bundle: Bundle, build: Callable[[], dict[str, str]]) -> None:
    build()
    holding = [name for name in _files(bundle) if "Hello, " in (bundle.output / name).read_text()]
    assert len(holding) == 1


def test_unchanged_sources_are_not_built_again(
    build: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build()
    monkeypatch.delattr(browser_build, "_rebuild")
    assert build() == first


def test_change_deep_in_the_sources_gives_a_new_name(bundle: Bundle, build: Callable[[], dict[str, str]]) -> None:
    before = build()
    (bundle.scripts / "shared/greeting.ts").write_text("export const greeting = (name: string) => name;")
    after = build()
    assert after["main.js"] != before["main.js"]
    assert after["main.css"] == before["main.css"]
    assert before["main.js"] not in _files(bundle)


def test_broken_source_leaves_the_last_good_build(bundle: Bundle, build: Callable[[], dict[str, str]]) -> None:
    good = build()
    (bundle.scripts / "main.ts").write_text("import nothing from")
    with pytest.raises(browser_build.subprocess.CalledProcessError):
        build()
    assert set(good.values()) == _files(bundle)


def test_service_worker_keeps_its_name_and_knows_the_other_files(
    bundle: Bundle, build: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = bundle.scripts / "service_worker.ts"
    worker.write_text("declare const BUILT_FILES: string[]; console.log(BUILT_FILES);")
    (bundle.scripts / "icon.svg").write_text("<svg/>")
    monkeypatch.setattr(browser_build, "PHONE", bundle)
    monkeypatch.setattr(browser_build, "SERVICE_WORKER", worker)
    manifest = build()
    assert manifest["service_worker.js"] == "service_worker.js"
    built = (bundle.output / "service_worker.js").read_text()
    assert all(name in built for name in manifest.values() if name != "service_worker.js")
    assert manifest["icon.svg"] == "icon.svg"


def test_the_face_model_is_put_where_imaging_reads_it_and_mended(
    build: Callable[[], dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = browser_build.FACE_MODEL[0], tmp_path / "models/model.tflite"
    monkeypatch.setattr(browser_build, "FACE_MODEL", (source, target))
    build()
    assert target.read_bytes() == source.read_bytes()
    target.write_bytes(b"half")
    build()
    assert target.read_bytes() == source.read_bytes()

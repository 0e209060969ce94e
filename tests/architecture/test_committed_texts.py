"""What is committed names no package registry, no path of a machine, and holds no third-party browser code."""

import re

from tests.architecture.tree import ROOT, committed_files, texts_of

REGISTRY = re.compile(
    r"(?:pypi|pythonhosted|npmjs|yarnpkg|deb\.debian)\.(?:org|com)|\bregistry\.[a-z]+\.(?:org|com|io)"
)
MACHINE_PATH = re.compile(r"(?:^|[^\w./-])/(?:work|farm|root)/[a-z]", re.MULTILINE)
BROWSER_CODE_OF_OTHERS = re.compile(r"\.min\.(?:js|css)$|(?:^|/)(?:vendor|node_modules)/")


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [f"{path}: {match.group()}" for path, text in texts_of() if (match := pattern.search(text))]


def test_no_registry_is_named() -> None:
    assert _found(REGISTRY) == []


def test_no_path_of_a_machine_is_named() -> None:
    assert _found(MACHINE_PATH) == []


def test_no_browser_code_of_others_is_committed() -> None:
    names = [str(path.relative_to(ROOT)) for path in committed_files()]
    assert [name for name in names if BROWSER_CODE_OF_OTHERS.search(name)] == []


def test_npm_lock_has_digests_and_no_addresses() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"integrity": "sha512-' in text
    assert '"resolved"' not in text


def test_python_lock_has_digests_and_no_addresses() -> None:
    text = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^[\w.-]+==", text, re.MULTILINE)
    assert pins
    assert len(re.findall(r" \\\n    --hash=sha256:", text)) >= len(pins)
    assert "://" not in text

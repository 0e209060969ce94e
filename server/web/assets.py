"""The built scripts and styles: from a plain name to the hashed file that the build made of it."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent / "static"
URL_PREFIX = "/static/"


class AssetMissing(Exception):
    """The browser code was not built, or a template names a file that does not exist."""


@dataclass(frozen=True)
class Assets:
    """`names` maps `main.js` to `main-4FQK2.js`; only these files are ever served."""

    folder: Path
    names: dict[str, str]

    def url(self, name: str) -> str:
        if name not in self.names:
            raise AssetMissing(f"{name} is not in {self.folder / 'manifest.json'}: build the browser code")
        return URL_PREFIX + self.names[name]


def load_assets(folder: Path = FOLDER) -> Assets:
    """Reads the manifest once, at start; raises AssetMissing if there is none."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise AssetMissing(f"{manifest} does not exist: build the browser code")
    return Assets(folder, msgspec.json.decode(manifest.read_bytes(), type=dict[str, str]))

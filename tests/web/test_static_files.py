"""Built files are served under their hashed names, small and for good."""

import brotli
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.web.assets import FOLDER, AssetMissing, Assets, load_assets

Client = TestClient[Litestar]


@pytest.fixture
def script_url() -> str:
    return load_assets().url("main.js")


def test_a_hashed_file_may_be_kept_for_good(client: Client, script_url: str) -> None:
    answer = client.get(script_url)

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("accepted, encoding", [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)])
def test_it_is_sent_as_the_browser_can_read_it(
    client: Client, script_url: str, accepted: str, encoding: str | None
) -> None:
    answer = client.get(script_url, headers={"Accept-Encoding": accepted})

    assert answer.headers.get("content-encoding") == encoding
    assert answer.content == (FOLDER / script_url.rpartition("/")[2]).read_bytes()


@pytest.mark.parametrize("name", ["manifest.json", "main.js", "..%2f__init__.py", ".built-from", "x.js"])
def test_only_what_the_manifest_names_is_found(client: Client, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_name_that_was_not_built_is_an_error() -> None:
    with pytest.raises(AssetMissing, match=r"none\.js is not in"):
        Assets(FOLDER, {}).url("none.js")


def test_a_tree_without_built_files_is_an_error(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(AssetMissing, match="build the browser code"):
        load_assets(tmp_path_factory.mktemp("empty"))


def test_the_first_page_leaves_room_for_its_content() -> None:
    """A patient's first page is allowed 60,000 bytes; script and style of every page take a third at most."""
    names = load_assets().names
    own = [name for plain, name in names.items() if plain.startswith(("main.", "chunk-"))]

    assert sum(len(brotli.compress((FOLDER / name).read_bytes())) for name in own) <= 20_000

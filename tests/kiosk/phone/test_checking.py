"""What a phone's photograph becomes in the real sandbox: upright, plain, of a bounded size, judged; or refused."""

import io
from collections.abc import Iterator
from functools import partial
from random import Random

import msgspec
import numpy as np
import pytest
from PIL import Image

from imaging.plain_photo import LONG_EDGE_PX, SCREEN_LONG_EDGE_PX
from imaging.preview import LARGE, SMALL
from imaging.refusals import PhotoRefused, Refusal
from imaging.sandbox import SandboxLost, SandboxUnavailable
from kiosk.phone.checking import LIMITS, Checked, Checker
from server.contract.preview import PreviewStep
from tests.kiosk.visits import noise

pytestmark = pytest.mark.requires("bubblewrap")


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    checker = Checker(is_demo=False)
    checker.start()
    yield checker
    checker.close()


def picture(width_px: int, height_px: int) -> Image.Image:
    """Its left half red, so that one sees how it was turned."""
    pixels = np.full((height_px, width_px, 3), 200, np.uint8)
    pixels[:, : width_px // 2] = (180, 20, 20)
    return Image.fromarray(pixels)


def jpeg(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_it_is_turned_upright_and_nothing_of_the_file_but_its_pixels_is_kept(checker: Checker) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "MARKED-MAKER"
    exif.get_ifd(0x8825)[2] = (8.0, 29.0, 0.0)
    sent = jpeg(picture(800, 600), exif=exif, comment=b"MARKED-COMMENT") + b"MARKED-TRAILER"
    kept = checker.check(sent).still.jpeg
    assert b"MARKED" in sent
    assert b"MARKED" not in kept
    image = opened(kept)
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (600, 800), {})
    assert image.getpixel((300, 100)) == pytest.approx((180, 20, 20), abs=12), "what was left is on top"


def test_more_pixels_than_a_screen_of_skin_needs_are_not_kept(checker: Checker) -> None:
    checked = checker.check(jpeg(picture(6000, 3000)))
    assert opened(checked.still.jpeg).size == (LONG_EDGE_PX, LONG_EDGE_PX // 2)
    assert max(opened(checked.still.small).size) == SCREEN_LONG_EDGE_PX


def test_a_photograph_that_takes_long_to_send_has_its_previews(checker: Checker) -> None:
    def steps(checked: Checked) -> dict[PreviewStep, int]:
        assert {opened(each.content).format for each in checked.previews} <= {"WEBP"}
        return {each.step: len(each.content) for each in checked.previews}

    found = steps(checker.check(noise(Random(7), (1600, 1200))))
    assert found[PreviewStep.SMALL] <= SMALL.bytes_max
    assert found[PreviewStep.LARGE] <= LARGE.bytes_max
    assert steps(checker.check(jpeg(picture(200, 200)))) == {}


def test_its_verdict_is_that_of_the_kiosks_own_photographs(checker: Checker) -> None:
    verdict = checker.check(jpeg(Image.new("RGB", (1600, 1200), (6, 5, 4)))).still.verdict
    assert "underexposed" in {flaw.name for flaw in verdict.flaws}


@pytest.mark.parametrize(
    "content, code",
    [
        (b"no photograph at all", Refusal.NOT_AN_IMAGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.UNSUPPORTED_FORMAT),
        (jpeg(picture(800, 600))[:4000], Refusal.TRUNCATED),
        (bytes(LIMITS.bytes_max + 1), Refusal.TOO_MANY_BYTES),
        (jpeg(Image.new("L", (9000, 6000))), Refusal.TOO_MANY_PIXELS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photograph_or_too_large_is_refused(checker: Checker, content: bytes, code: Refusal) -> None:
    with pytest.raises(PhotoRefused) as refused:
        checker.check(content)
    assert refused.value.code is code


def test_dicom_is_not_taken_from_a_phone(checker: Checker) -> None:
    with pytest.raises(PhotoRefused) as refused:
        checker.check(bytes(128) + b"DICM" + bytes(200))
    assert refused.value.code in {Refusal.UNSUPPORTED_FORMAT, Refusal.DAMAGED, Refusal.TRUNCATED}


def test_a_sandbox_that_dies_is_tried_once_more(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = checker._sandbox.run
    deaths = [SandboxLost("died")]

    def run(content: bytes, options: bytes) -> tuple[bytes, bytes]:
        if deaths:
            raise deaths.pop()
        return runs(content, options)

    monkeypatch.setattr(checker._sandbox, "run", run)
    assert checker.check(jpeg(picture(300, 200))).still.jpeg
    deaths.extend([SandboxLost("died"), SandboxLost("died")])
    with pytest.raises(SandboxLost):
        checker.check(jpeg(picture(300, 200)))


def test_a_child_that_says_something_else_is_not_believed(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    header, packed = checker._sandbox.run(jpeg(picture(300, 200)), msgspec.json.encode(LIMITS))
    renamed, retyped = packed.replace(b"screen.jpg", b"screem.jpg"), packed.replace(b"image/jpeg", b"text/htmls")
    wrong = [(b"{}", packed), *((header, each) for each in (packed[:-1], packed + b"x", renamed, retyped))]
    for answer in wrong:
        monkeypatch.setattr(checker._sandbox, "run", partial(_say, answer))
        with pytest.raises(PhotoRefused):
            checker.check(b"")


def _say(answer: tuple[bytes, bytes], content: bytes, options: bytes) -> tuple[bytes, bytes]:
    return answer


def test_once_closed_nothing_is_started_again() -> None:
    checker = Checker(is_demo=False)
    checker.start()
    checker.close()
    with pytest.raises(SandboxUnavailable):
        checker.check(jpeg(picture(300, 200)))
    assert checker._sandbox._warm is None

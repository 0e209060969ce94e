"""Taking photographs: verdicts in plain words, files that are none, and a phone that is full."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance
from playwright.async_api import expect

from tests.mobile_bridge.phone import Phone, photo_file

pytestmark = pytest.mark.requires("chromium", "data")

HASHED_AT_ONCE_BYTES = 32 * 1024 * 1024


def saved(picture: Image.Image, folder: Path, name: str = "photo.jpg") -> Path:
    path = folder / name
    picture.save(path, quality=92)
    return path


@pytest.mark.parametrize("number", range(4))
async def test_a_good_photo_of_skin_looks_good(at_photos: Phone, number: int) -> None:
    slot = await at_photos.add_photo("far", photo_file(f"ISIC_000000{number}.jpg"))

    await expect(slot.get_by_text("Looks good")).to_be_visible()


async def test_a_photo_is_shown_upright(at_photos: Phone) -> None:
    with Image.open(photo_file("exif_orientation.jpg")) as stored:
        assert stored.getexif()[0x0112] in {6, 8}
        stored_is_wide = stored.width > stored.height
    slot = await at_photos.add_photo("far", photo_file("exif_orientation.jpg"))

    image = slot.locator("img")
    await expect(image).to_be_visible()
    is_wide = await image.evaluate("image => image.naturalWidth > image.naturalHeight")
    assert is_wide is not stored_is_wide


async def test_a_dark_photo_is_told_so(at_photos: Phone, tmp_path: Path) -> None:
    with Image.open(photo_file("phone_jolla.jpg")) as bright:
        dark = saved(ImageEnhance.Brightness(bright).enhance(1 / 8), tmp_path)
    slot = await at_photos.add_photo("far", dark)

    await expect(slot.get_by_text("Too dark: go near a window or turn on a light.")).to_be_visible()


async def test_heic_is_kept_and_not_checked_here(at_photos: Phone) -> None:
    slot = await at_photos.add_photo("far", photo_file("iphone_13_pro_max.heic"))

    await expect(slot.get_by_text("Not checked here")).to_be_visible()
    [draft] = await at_photos.drafts()
    [photo] = draft["photos"]
    assert (photo["mediaType"], photo["verdict"]["checked"]) == ("image/heic", False)


async def test_a_photo_taken_again_replaces_the_first(at_photos: Phone) -> None:
    await at_photos.add_photo("far", photo_file("ISIC_0000000.jpg"))
    again = photo_file("ISIC_0000001.jpg")
    await at_photos.page.set_input_files("#camera-far", again)

    await at_photos.await_kept_photos([again.stat().st_size])
    assert await at_photos.count_photos() == 1


@pytest.mark.parametrize(
    "content, name, words",
    [
        (b"", "photo.jpg", "This file is empty. Nothing was kept."),
        (b"%PDF-1.7 not a photo", "photo.jpg", "This file is not a photo that can be sent"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg", "This file is not a photo that can be sent"),
    ],
)
async def test_what_is_no_photo_is_not_kept(
    at_photos: Phone, tmp_path: Path, content: bytes, name: str, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    await at_photos.page.set_input_files("#file-far", tmp_path / name)

    await expect(at_photos.slot("far").get_by_role("alert")).to_contain_text(words)
    assert await at_photos.count_photos() == 0


async def test_a_damaged_photo_says_so(at_photos: Phone, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.jpg"
    damaged.write_bytes(photo_file("ISIC_0000000.jpg").read_bytes()[:300])
    slot = await at_photos.add_photo("far", damaged)

    await expect(slot.get_by_text("This photo seems to be damaged")).to_be_visible()


async def test_the_same_photo_for_two_views_is_refused(at_photos: Phone) -> None:
    await at_photos.add_photo("far", photo_file("ISIC_0000000.jpg"))
    await at_photos.page.set_input_files("#file-medium", photo_file("ISIC_0000000.jpg"))

    await expect(at_photos.slot("medium").get_by_role("alert")).to_contain_text("this very photo for another view")


async def test_a_fifty_megapixel_photo_is_judged(at_photos: Phone, tmp_path: Path) -> None:
    large = saved(Image.effect_noise((8160, 6120), 60).convert("RGB"), tmp_path)
    assert large.stat().st_size > HASHED_AT_ONCE_BYTES
    await at_photos.page.set_input_files("#file-far", large)

    await at_photos.await_kept_photos([large.stat().st_size])
    [draft] = await at_photos.drafts()
    [photo] = draft["photos"]
    assert photo["verdict"]["checked"] is True
    assert photo["sha256"] == hashlib.sha256(large.read_bytes()).hexdigest()


async def test_a_full_phone_says_so_and_keeps_what_it_had(phone: Phone, address: str, tmp_path: Path) -> None:
    session = await phone.context.new_cdp_session(phone.page)
    # From the start: Chromium remembers for a while how much room it saw.
    await session.send("Storage.overrideQuotaForOrigin", {"origin": address, "quotaSize": 3_000_000})
    await phone.go_to_photos()
    await phone.add_photo("far", photo_file("ISIC_0000000.jpg"))
    large = saved(Image.effect_noise((2400, 1800), 90).convert("RGB"), tmp_path)
    assert large.stat().st_size > 3_000_000
    await phone.page.set_input_files("#file-medium", large)

    alert = phone.slot("medium").get_by_role("alert")
    await expect(alert).to_contain_text("The phone is full: this photo was not kept.")
    await phone.page.reload()
    await expect(phone.slot("far").get_by_role("button", name="Remove")).to_be_visible()
    assert [photo["view"] for photo in (await phone.drafts())[0]["photos"]] == ["far"]


async def test_two_windows_do_not_write_over_each_other(at_photos: Phone) -> None:
    other = Phone(at_photos.context, await at_photos.context.new_page())
    await other.page.goto(at_photos.page.url)
    await expect(other.heading("Photos")).to_be_visible()
    await at_photos.add_photo("far", photo_file("ISIC_0000000.jpg"))
    await other.page.set_input_files("#file-medium", photo_file("ISIC_0000001.jpg"))

    await expect(other.slot("medium").get_by_role("alert")).to_contain_text("changed in another window")
    assert [photo["view"] for photo in (await at_photos.drafts())[0]["photos"]] == ["far"]

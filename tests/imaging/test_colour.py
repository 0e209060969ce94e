"""Colours of other spaces become sRGB, by the fast way only where lcms agrees."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from imaging.colour import ColourSource, Pixels, ToSrgb, make_srgb_profile
from tests.imaging.made_profiles import display_p3_profile, gamma_profile

pillow_heif.register_heif_opener()
RANDOM = np.random.default_rng(5)
PIXELS: Pixels = RANDOM.integers(0, 256, (211, 97, 3)).astype(np.uint8)


def convert(icc_profile: bytes) -> tuple[ColourSource, Pixels]:
    to_srgb = ToSrgb(icc_profile)
    with ThreadPoolExecutor(2) as executor:
        return to_srgb.source, to_srgb.apply(PIXELS, executor)


def by_lcms(icc_profile: bytes) -> Pixels:
    image = Image.fromarray(PIXELS[:, :, ::-1].copy())
    source = ImageCms.getOpenProfile(io.BytesIO(icc_profile))
    converted = ImageCms.profileToProfile(
        image, source, make_srgb_profile(), ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
    )
    return np.asarray(converted)[:, :, ::-1]


def test_no_profile_changes_nothing() -> None:
    source, pixels = convert(b"")
    assert source is ColourSource.SRGB_ASSUMED
    assert pixels is PIXELS


def test_an_srgb_profile_changes_nothing() -> None:
    source, pixels = convert(ImageCms.ImageCmsProfile(make_srgb_profile()).tobytes())
    assert source is ColourSource.SRGB
    assert pixels is PIXELS


@pytest.mark.requires("data")
def test_display_p3_of_an_iphone_goes_the_fast_way_and_agrees_with_lcms(photos: Path) -> None:
    with Image.open(photos / "iphone_13_pro_max.heic") as image:
        profile: bytes = image.info["icc_profile"]
    source, pixels = convert(profile)
    assert source is ColourSource.MATRIX
    truth = by_lcms(profile)
    assert np.abs(pixels.astype(int) - truth).max() <= 1
    assert np.abs(PIXELS.astype(int) - truth).max() > 20, "the profile must change something for this to mean much"


def test_display_p3_goes_the_fast_way_and_agrees_with_lcms() -> None:
    source, pixels = convert(display_p3_profile())
    assert source is ColourSource.MATRIX
    assert np.abs(pixels.astype(int) - by_lcms(display_p3_profile())).max() <= 1


def test_another_tone_curve_goes_through_lcms() -> None:
    profile = gamma_profile(1.8)
    source, pixels = convert(profile)
    assert source is ColourSource.PROFILE
    assert np.array_equal(pixels, by_lcms(profile))


def test_a_broken_profile_is_told() -> None:
    source, pixels = convert(b"not a profile" * 20)
    assert source is ColourSource.UNREADABLE
    assert pixels is PIXELS

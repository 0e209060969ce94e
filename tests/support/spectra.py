"""What a camera makes of a colour under a light: spectra of lamps, inks, skin and sensor, as smooth functions."""

from enum import Enum
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Spectrum = NDArray[np.float64]
NM = np.arange(400.0, 701.0, 5.0)
# IEC 61966-2-1.
_SRGB_FROM_XYZ = np.linalg.inv(
    np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
)


class Light(NamedTuple):
    """A black body's colour temperature, and how far the camera's white balance follows it (0 to 1)."""

    kelvin: float
    adaptation: float


class Material(Enum):
    """Centres (nm) and widths of the three broad bands that a material's reflectances are mixed of."""

    PRINT = ((620.0, 48.0), (535.0, 40.0), (445.0, 38.0))
    SKIN = ((640.0, 75.0), (530.0, 55.0), (440.0, 60.0))


def camera_matrix(light: Light, material: Material) -> NDArray[np.float64]:
    """The camera's linear sRGB from a material's true one (as seen under daylight of 6504 K)."""
    return _camera_matrix(light.kelvin, light.adaptation, material)


@cache
def _camera_matrix(kelvin: float, adaptation: float, material: Material) -> NDArray[np.float64]:
    bands = _bands(material)
    daylight = _black_body(6504)
    true_from_bands = np.stack([_true_srgb(band, daylight) for band in bands], axis=1)
    raw_from_bands = np.stack([_raw(band, _black_body(kelvin)) for band in bands], axis=1)
    white_raw, daylight_raw = _raw(np.ones_like(NM), _black_body(kelvin)), _raw(np.ones_like(NM), daylight)
    balance = np.diag((daylight_raw / white_raw) ** adaptation * (white_raw[1] / daylight_raw[1]) ** (adaptation - 1))
    return np.asarray(_srgb_from_raw() @ balance @ raw_from_bands @ np.linalg.inv(true_from_bands), np.float64)


@cache
def _srgb_from_raw() -> NDArray[np.float64]:
    """The maker's matrix, fitted under daylight over mixtures of both materials."""
    daylight = _black_body(6504)
    bands = np.concatenate([_bands(material) for material in Material])
    mixtures = np.random.default_rng(5).dirichlet(np.full(len(bands), 0.7), 400) @ bands
    raw = np.stack([_raw(each, daylight) for each in mixtures])
    true = np.stack([_true_srgb(each, daylight) for each in mixtures])
    return np.asarray(np.linalg.lstsq(raw, true, rcond=None)[0].T, np.float64)


def _bands(material: Material) -> NDArray[np.float64]:
    """Three reflectances that sum to a white at every wavelength."""
    bands = np.stack([np.exp(-0.5 * ((NM - centre) / width) ** 2) for centre, width in material.value])
    return bands / bands.sum(axis=0)


def _raw(reflectance: Spectrum, light: Spectrum) -> NDArray[np.float64]:
    """A sensor behind its filters; a perfect white under daylight is near 1."""
    filters = np.stack([np.exp(-0.5 * ((NM - at) / width) ** 2) for at, width in ((598, 36), (535, 38), (462, 28))])
    return (filters * reflectance * light).sum(axis=1) / (filters * _black_body(6504)).sum(axis=1)


def _true_srgb(reflectance: Spectrum, light: Spectrum) -> NDArray[np.float64]:
    """Linear sRGB, scaled so that a perfect white is white."""
    observer = _observer()
    xyz = (observer * reflectance * light).sum(axis=1)
    white = (observer * light).sum(axis=1)
    srgb_white = np.linalg.inv(_SRGB_FROM_XYZ).sum(axis=1)
    return _SRGB_FROM_XYZ @ (xyz / white * srgb_white)


def _black_body(kelvin: float) -> Spectrum:
    """Planck's law, 1 at 560 nm."""
    metres = NM * 1e-9
    power = metres**-5 / np.expm1(1.4388e-2 / (metres * kelvin))
    return power / power[np.argmin(np.abs(NM - 560))]


@cache
def _observer() -> NDArray[np.float64]:
    """CIE 1931 colour matching functions.

    Wyman, Sloan, Shirley: Simple analytic approximations to the CIE XYZ color matching functions. JCGT 2(2), 2013.
    """

    def lobe(at: float, below: float, above: float) -> Spectrum:
        return np.exp(-0.5 * ((NM - at) * np.where(at > NM, below, above)) ** 2)

    x = 0.362 * lobe(442.0, 0.0624, 0.0374) + 1.056 * lobe(599.8, 0.0264, 0.0323) - 0.065 * lobe(501.1, 0.0490, 0.0382)
    y = 0.821 * lobe(568.8, 0.0213, 0.0247) + 0.286 * lobe(530.9, 0.0613, 0.0322)
    z = 1.217 * lobe(437.0, 0.0845, 0.0278) + 0.681 * lobe(459.0, 0.0385, 0.0725)
    return np.stack([x, y, z])

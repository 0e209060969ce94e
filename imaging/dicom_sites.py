"""The project's body sites as the anatomic regions of DICOM, and back, from the versioned table in `data`."""

from importlib.resources import files

import msgspec
from msgspec import Struct


class Region(Struct, frozen=True):
    """One body site and its concept in SNOMED CT (coding scheme `SCT`)."""

    site: str
    code: str
    meaning: str


class Regions(Struct, frozen=True):
    version: str
    effective: str
    scheme: str
    source: str
    note: str
    sites: tuple[Region, ...]


# Read when the module is imported: in a child of the sandbox there are no files.
REGIONS = msgspec.json.decode(files("imaging").joinpath("data/dicom_sites_1.json").read_bytes(), type=Regions)
"""The table `data/dicom_sites_1.json` (PS3.16, CID 4029 and 4031)."""


def region_of(site: str) -> Region | None:
    """The anatomic region of a body site's code, None for a site that the table does not know."""
    return next((region for region in REGIONS.sites if region.site == site), None)


def sites_of(code: str) -> tuple[str, ...]:
    """The body sites that a concept may stand for: none, one, or several where DICOM has only the wider region."""
    return tuple(region.site for region in REGIONS.sites if region.code == code)

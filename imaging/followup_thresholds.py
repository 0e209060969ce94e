"""The dated bounds of follow-up: from where on an outline or a registration is declined rather than claimed."""

from importlib.resources import files

import msgspec
from msgspec import Struct


class Bound(Struct, frozen=True, rename="camel"):
    """A number and where it comes from."""

    value: float
    source: str


class FollowupThresholds(Struct, frozen=True, rename="camel"):
    """The versioned data file `data/followup_thresholds.json`; each value carries its source."""

    version: str
    effective_date: str
    outline_long_edge_px: Bound
    outline_level: Bound
    outline_level_spread: Bound
    level_mismatch: Bound
    min_outline_contrast: Bound
    min_outline_diameter_px: Bound
    max_outline_share: Bound
    registration_long_edge_px: Bound
    min_feature_inliers: Bound
    max_local_stretch: Bound
    min_overlap_share: Bound
    min_block_correlation: Bound
    max_block_shift_px: Bound
    min_agreeing_blocks: Bound
    min_agreeing_share: Bound
    min_quadrants: Bound
    max_area_bound: Bound


FOLLOWUP = msgspec.json.decode(
    files("imaging").joinpath("data/followup_thresholds.json").read_bytes(), type=FollowupThresholds
)
"""Those in force in this release; read at import, because a sandboxed child can open no file."""

"""Noise and blocks of compression, in tiles at full resolution: a reduction would average both away."""

from collections.abc import Sequence

import numpy as np

from imaging.quality_picture import Luma

_BLOCK_PX = 16
_DARKEST, _BRIGHTEST = 16, 239
_QUIETEST_DENOMINATOR = 5
_GRID_PX = 8


def measure_noise(tiles: Sequence[Luma]) -> int | None:
    """Step 10: deviation in hundredths of a luma value, in the quietest fifth of 16 px blocks; None without blocks."""
    quiet: list[int] = []
    for tile in tiles:
        quiet += _block_sums(tile)
    if not quiet:
        return None
    quiet.sort()
    mean_of = (_BLOCK_PX - 2) ** 2
    return 20889 * quiet[len(quiet) // _QUIETEST_DENOMINATOR] // (1000 * mean_of)


def _block_sums(tile: Luma) -> list[int]:
    """Σ|N * tile| in each block that is neither black nor burnt out (Immerkaer, CVIU 64(2), 1996)."""
    rows, columns = tile.shape[0] // _BLOCK_PX, tile.shape[1] // _BLOCK_PX
    if rows == 0 or columns == 0:
        return []
    blocks = tile[: rows * _BLOCK_PX, : columns * _BLOCK_PX].reshape(rows, _BLOCK_PX, columns, _BLOCK_PX)
    blocks = blocks.transpose(0, 2, 1, 3).reshape(-1, _BLOCK_PX, _BLOCK_PX)
    across = blocks[:, :, :-2] - 2 * blocks[:, :, 1:-1] + blocks[:, :, 2:]
    both = across[:, :-2] - 2 * across[:, 1:-1] + across[:, 2:]
    means = blocks.sum(axis=(1, 2)) // _BLOCK_PX**2
    is_lit = (means >= _DARKEST) & (means <= _BRIGHTEST)
    return [int(each) for each in np.abs(both).sum(axis=(1, 2))[is_lit]]


def measure_blocks(tiles: Sequence[Luma]) -> int | None:
    """Step 10, in ‰: how much larger steps are at every eighth place than between; None without whole blocks.

    After Wang, Sheikh, Bovik: No-reference perceptual quality assessment of JPEG compressed images (ICIP 2002), with
    the grid's phase sought, because a rotated or cropped picture has it elsewhere.
    """
    return _blocks_of([_phases(tile) for tile in tiles], [_phases(tile.T) for tile in tiles])


def _phases(tile: Luma) -> list[int]:
    """Σ|step| for each place modulo 8, over the whole periods after the first column."""
    periods = (tile.shape[1] - 1) // _GRID_PX
    steps = np.abs(tile[:, 1:] - tile[:, :-1]).sum(axis=0)[: periods * _GRID_PX]
    return [int(each) for each in steps.reshape(periods, _GRID_PX).sum(axis=0)]


def _blocks_of(*directions: list[list[int]]) -> int | None:
    excess = 0
    for phases in directions:
        sums = [sum(each) for each in zip(*phases, strict=True)]
        total = sum(sums)
        if not total:
            return None
        excess += 1000 * (_GRID_PX * max(sums) - total) // total
    return excess // len(directions)

"""Morton (Z-order) index of positions: near places mostly have near numbers.

Longitude and latitude are cut into 2³¹ steps each (under 2 cm) and their bits interleaved, 62 bits
in all, so that the index fits a signed 64-bit column. A rectangle becomes a few ranges of
the index that cover it; what a range holds too much, the caller filters by exact comparison.
"""

import heapq
import math

import numpy as np
import numpy.typing as npt

BITS = 31
TOP = (1 << BITS) - 1

Bbox = tuple[float, float, float, float]

SPREADS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def _step(degrees: float, lowest: float, span: float) -> int:
    return min(max(math.floor((degrees - lowest) / span * (TOP + 1)), 0), TOP)


def _spread(number: int) -> int:
    for shift, mask in SPREADS:
        number = (number | (number << shift)) & mask
    return number


def _interleave(column: int, row: int) -> int:
    return _spread(column) | (_spread(row) << 1)


def encode(lon: float, lat: float) -> int:
    """Return the index (0 … 2⁶²−1) of a position in degrees; positions beyond are clamped."""
    return _interleave(_step(lon, -180.0, 360.0), _step(lat, -90.0, 180.0))


def encode_many(lons: npt.ArrayLike, lats: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the indices of finite positions in degrees, the same numbers as `encode`."""
    column = _steps(lons, -180.0, 360.0)
    row = _steps(lats, -90.0, 180.0)
    for shift, mask in SPREADS:
        column = (column | (column << np.int64(shift))) & np.int64(mask)
        row = (row | (row << np.int64(shift))) & np.int64(mask)
    return column | (row << np.int64(1))


def _steps(degrees: npt.ArrayLike, lowest: float, span: float) -> npt.NDArray[np.int64]:
    steps = np.floor((np.asarray(degrees, dtype=float) - lowest) / span * (TOP + 1))
    return np.clip(steps, 0, TOP).astype(np.int64)


def cell_bits(zoom: int) -> int:
    """Return how many low bits differ inside a cell 128 pixels wide at a zoom of web maps."""
    return 2 * max(BITS - zoom - 1, 0)


def ranges(bbox: Bbox, max_ranges: int = 64, cell: int = 0) -> list[tuple[int, int]]:
    """Return at most `max_ranges` (low, high) ranges, both included, that cover a rectangle.

    `bbox` is west, south, east, north in degrees. The result is ascending and free of overlap;
    it may cover more than the rectangle, never less. With `cell` low bits (`cell_bits`) only whole
    cells are covered.
    """
    west, south, east, north = bbox
    inside = (1 << cell // 2) - 1
    window = (
        _step(west, -180.0, 360.0) & ~inside,
        _step(south, -90.0, 180.0) & ~inside,
        _step(east, -180.0, 360.0) | inside,
        _step(north, -90.0, 180.0) | inside,
    )
    if window[0] > window[2] or window[1] > window[3]:
        return []
    return _joined(_cover(window, max(max_ranges, 1)))


Window = tuple[int, int, int, int]


def _cover(window: Window, max_ranges: int) -> list[tuple[int, int]]:
    """Split the largest cell first, until the cells are as many as the ranges may be."""
    inside: list[tuple[int, int]] = []
    border: list[tuple[int, int, int]] = [(-BITS, 0, 0)]
    while border and len(inside) + len(border) + 3 <= max_ranges:
        level, column, row = heapq.heappop(border)
        half = -level - 1
        if half < 0:
            inside.append(_cell_range(0, column, row))
            continue
        for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):
            cell = (column + (x << half), row + (y << half))
            match _relation(window, half, *cell):
                case "inside":
                    inside.append(_cell_range(half, *cell))
                case "border":
                    heapq.heappush(border, (-half, *cell))
    return inside + [_cell_range(-level, column, row) for level, column, row in border]


def _relation(window: Window, level: int, column: int, row: int) -> str:
    size = (1 << level) - 1
    west, south, east, north = window
    if column > east or column + size < west or row > north or row + size < south:
        return "outside"
    if column >= west and column + size <= east and row >= south and row + size <= north:
        return "inside"
    return "border"


def _cell_range(level: int, column: int, row: int) -> tuple[int, int]:
    low = _interleave(column, row)
    return low, low + (1 << (2 * level)) - 1


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(found):
        if joined and joined[-1][1] + 1 >= low:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined

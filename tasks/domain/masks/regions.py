"""What both segmentation and background removal stand on: gradients, geodesic distances, GrabCut, refinement.

Pixels are H × W × 3 uint8 RGB. Everything is deterministic: OpenCV's random generator, which GrabCut's k-means draws
from and which each thread has of its own, is seeded before each use.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.graph import MCP_Geometric

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
Window = tuple[slice, slice]

REFINE_PX = 1536  # contours are refined at this long side at most, and scaled up smoothly from there
TILE_PX = 384  # of the refinement: each tile has colour models of its own, and only those with a contour cost time
SEED = 1
_FEW_PIXELS = 20  # GrabCut's models have five components each; below this many samples they mean nothing


def shrunk(pixels: Pixels, long_side_px: int) -> Pixels:
    """Return `pixels` with a long side of at most `long_side_px`."""
    scale = long_side_px / max(pixels.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def lab(pixels: Pixels) -> Floats:
    """Return CIELAB in OpenCV's 8-bit scale, as floats."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)


def gradient(pixels: Pixels) -> Floats:
    """Return how fast the colour changes at each pixel, in CIELAB units per pixel, after a slight blur."""
    smooth = cv2.GaussianBlur(lab(pixels), (0, 0), 1.2)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return np.asarray(np.sqrt((across**2 + down**2).sum(-1)) / 8, np.float32)


def border(shape: tuple[int, ...], width_px: int) -> Mask:
    """Return the mask of a picture's outermost pixels."""
    edge = np.ones(shape[:2], bool)
    edge[width_px:-width_px, width_px:-width_px] = False
    return edge


def geodesic(cost: NDArray[np.floating], seeds: Mask) -> NDArray[np.float64]:
    """Return the cheapest way's cost from `seeds` to each pixel; infinite without seeds."""
    if not seeds.any():
        return np.full(cost.shape, np.inf)
    costs: NDArray[np.float64] = MCP_Geometric(cost).find_costs(np.argwhere(seeds))[0]
    return costs


def grab_cut(pixels: Pixels, likely: Mask, sure: Mask, never: Mask, rounds: int) -> Mask:
    """Return GrabCut's foreground, begun from `likely`; `sure` stays in it and `never` stays out.

    Colours of both sides are modelled, and the cut follows edges. Returns `likely` where a side has too few pixels.
    """
    labels = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[never] = cv2.GC_BGD
    labels[sure] = cv2.GC_FGD
    inside = np.count_nonzero(labels & 1)
    if min(inside, labels.size - inside) < _FEW_PIXELS:
        return (labels & 1) > 0
    cv2.setRNGSeed(SEED)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, labels.shape[1], labels.shape[0])  # of no effect beside a mask
    labels = np.ascontiguousarray(labels)  # OpenCV 5 refuses views
    pixels = np.ascontiguousarray(pixels)
    cv2.grabCut(pixels, labels, whole, background, foreground, rounds, cv2.GC_INIT_WITH_MASK)
    return (labels & 1) > 0


def refined(pixels: Pixels, rough: Mask) -> Mask:
    """Return `rough`, found on a smaller picture, with its contour drawn along the edges of `pixels`.

    Only a band around the contour is decided anew, as wide as the smaller picture's pixels are uncertain.
    """
    height, width = pixels.shape[:2]
    mask = scaled(rough, width, height)
    reach = max(2, round(1.6 * max(pixels.shape[:2]) / max(rough.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    plane = mask.astype(np.uint8)
    core, hull = cv2.erode(plane, disc) > 0, cv2.dilate(plane, disc) > 0
    result = mask.copy()
    for tile in _tiles(hull & ~core):
        around = _grown(tile, 3 * reach)
        cut = grab_cut(pixels[around], mask[around], core[around], ~hull[around], 1)
        result[tile] = cut[_within(tile, around)]
    return result


def _tiles(band: Mask) -> list[Window]:
    """Return the boxes of `band`'s pixels in each tile of the picture that has any."""
    rows, columns = (np.linspace(0, side, max(1, round(side / TILE_PX)) + 1).astype(int) for side in band.shape)
    boxes = []
    for top, bottom in pairwise(rows.tolist()):
        for left, right in pairwise(columns.tolist()):
            part = band[top:bottom, left:right]
            down, across = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
            if len(down):
                boxes.append(
                    (
                        slice(top + int(down[0]), top + int(down[-1]) + 1),
                        slice(left + int(across[0]), left + int(across[-1]) + 1),
                    )
                )
    return boxes


def _grown(window: Window, margin_px: int) -> Window:
    rows, columns = (slice(max(0, side.start - margin_px), side.stop + margin_px) for side in window)
    return rows, columns


def _within(inner: Window, outer: Window) -> Window:
    rows, columns = (
        slice(own.start - whole.start, own.stop - whole.start) for own, whole in zip(inner, outer, strict=True)
    )
    return rows, columns


def scaled(mask: Mask, width: int, height: int) -> Mask:
    """Return `mask` scaled with a smooth contour."""
    if mask.shape == (height, width):
        return mask
    soft = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(soft > 0.5)

"""Segmentation from clicks on the seven pictures: how much of the truth it finds, and what that costs."""

import time
from statistics import mean, median

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figures, figure
from bench.try_on.pictures import PICTURES, ClickedPicture
from tasks.domain.masks.segmentation import segment

AIM_IOU = 0.93


def figures() -> Figures:
    """Return each picture's intersection over union, the mean beside the aim, and seconds per picture."""
    rows = [_measured(draw()) for draw in PICTURES]
    for name, iou, wall_s, cpu_s in rows:
        print(f"{name:16} IoU {iou:.3f}  {wall_s:.2f} s wall  {cpu_s:.2f} s CPU")
    _, ious, walls_s, cpus_s = zip(*rows, strict=True)
    each = {f"segmentation: {name}": figure(iou, None, "IoU", 1) for name, iou, _, _ in rows}
    return {
        "segmentation: mean": figure(mean(ious), AIM_IOU, "IoU", len(rows)),
        **each,
        "segmentation: wall": figure(median(walls_s), None, "s", len(rows)),
        "segmentation: CPU": figure(median(cpus_s), None, "s", len(rows)),
    }


def iou_of(mask: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Return the intersection over union of two masks."""
    return float((mask & truth).sum() / max(1, (mask | truth).sum()))


def _measured(picture: ClickedPicture) -> tuple[str, float, float, float]:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    found = segment(picture.pixels, picture.foreground, picture.background)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return picture.name, iou_of(found.mask, picture.truth), wall_s, cpu_s

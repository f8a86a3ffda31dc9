"""How a picture is finished: as film, in black and white, faded, or in the manner of paint, pencil and print."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step, vector
from tasks.domain.painting.colours import luminance, to_shown
from tasks.domain.painting.exposures import developed
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder, Pixels
from tasks.domain.painting.reading import Brief

PAPER = vector(0.965, 0.95, 0.915)  # as shown
OF_PAINT_PX = 900  # height at which strokes are computed


def finished(light: Floats, brief: Brief, order: PaintingOrder) -> Pixels:
    """Return the picture as it is shown, in the manner that `brief` asks for."""
    shown = to_shown(developed(light, glow=0.10 if brief.has("look", "bokeh", "cinematic") else 0.07))
    shown = _graded(shown, brief, order)
    for look in brief.all("look"):
        if look in _MANNERS:
            shown = _MANNERS[look](shown, order)
    if not brief.has("look", "watercolour", "pencil", "print"):
        shown = _vignetted(shown, 0.34 if brief.has("look", "vignette", "cinematic", "vintage") else 0.14)
        shown = _grained(shown, order, 0.028 if brief.has("look", "grain", "vintage") else 0.006)
    return (np.clip(shown, 0, 1) * 255 + 0.5).astype(np.uint8)


def _graded(shown: Floats, brief: Brief, order: PaintingOrder) -> Floats:
    """Saturation by words and guidance: who wants the words followed literally gets stronger colours."""
    amount = 1.04 if order.guidance is None else 0.90 + 0.03 * min(order.guidance, 10)
    amount *= 0.68 if brief.has("look", "muted") else 1.22 if brief.has("look", "vivid") else 1.0
    if brief.has("look", "mono"):
        amount = 0.0
    grey = luminance(shown)[..., None]
    shown = np.clip(grey + (shown - grey) * amount, 0, 1)
    if brief.has("look", "mono"):
        shown = mix(shown, smooth_step(0.0, 1.0, shown), 0.45)
    if brief.has("look", "cinematic"):
        shown = shown + 0.035 * (
            vector(1.0, 0.25, -1.0) * smooth_step(0.35, 0.9, grey)
            + vector(-0.6, 0.2, 1.0) * smooth_step(0.5, 0.0, grey)
        )
    return np.asarray(shown, np.float32)


def _sepia(shown: Floats, order: PaintingOrder) -> Floats:
    grey = smooth_step(-0.08, 1.06, luminance(shown))[..., None]
    return mix(vector(0.13, 0.08, 0.05), vector(0.98, 0.90, 0.76), grey)


def _vintage(shown: Floats, order: PaintingOrder) -> Floats:
    """Lifted blacks, yellowed whites and less colour, as prints have after decades."""
    grey = luminance(shown)[..., None]
    faded = mix(grey, shown, 0.72) * vector(1.02, 0.97, 0.86) * 0.86
    return np.asarray(faded + vector(0.085, 0.066, 0.058), np.float32)


def _watercolour(shown: Floats, order: PaintingOrder) -> Floats:
    """Washes with darker rims on paper that shines through, and an edge of bare paper."""
    height, width = shown.shape[:2]
    small = _small(shown)
    for _ in range(2):
        small = cv2.bilateralFilter(small, 9, 0.16, 7)
    noise = Noise(order.chance("washes"), 1.9)
    shape = (small.shape[0], small.shape[1])
    small = _wandering(small, noise, 5.0)
    grey = np.maximum(luminance(small), 0.02)[..., None]
    wash = small * mix(1.0, np.round(grey * 7 + 0.2) / 7 / grey, 0.5)
    edge = np.abs(cv2.Laplacian(luminance(wash), cv2.CV_32F, ksize=3))
    pooled = np.clip(cv2.GaussianBlur(edge, (0, 0), 1.0) * 2.2, 0, 0.35)
    pigment = 1 + 0.07 * noise.over(shape, 2.4) + 0.035 * Noise(order.chance("tooth"), 0.5).over(shape, 2.2)
    painted = PAPER * (1 - (1 - wash * 0.97) * (0.86 + pooled[..., None]) * pigment[..., None])
    rim = _rim(shape, noise)
    return _large(mix(PAPER, painted, rim[..., None]), width, height)


def _oil(shown: Floats, order: PaintingOrder) -> Floats:
    """Strokes along the forms, with the relief of thick paint."""
    height, width = shown.shape[:2]
    small = _small(shown)
    along = _flow(luminance(small))
    rng = Noise(order.chance("strokes"), 0.35)
    bristle = _smeared(rng.over((small.shape[0], small.shape[1]), 1.7), along, 9)
    flat = cv2.medianBlur((np.clip(small, 0, 1) * 255).astype(np.uint8), 7).astype(np.float32) / 255
    strokes = _smeared(flat + 0.035 * bristle[..., None], along, 7)
    relief = cv2.Sobel(bristle, cv2.CV_32F, 1, 1, ksize=3)
    painted = strokes * (1 + 0.05 * np.clip(relief, -2, 2)[..., None]) + 0.015 * bristle[..., None]
    return _large(np.clip(painted, 0, 1).astype(np.float32), width, height)


def _pencil(shown: Floats, order: PaintingOrder) -> Floats:
    """Contours and hatching in graphite, with a little colour."""
    height, width = shown.shape[:2]
    small = _small(shown)
    grey = luminance(small)
    dodged = np.clip(grey / np.maximum(cv2.GaussianBlur(grey, (0, 0), 5), 0.02), 0, 1)
    rows, columns = np.indices(grey.shape, np.float32)
    tooth = Noise(order.chance("tooth"), 0.4).over((grey.shape[0], grey.shape[1]), 2.0)
    hatch = np.sin((rows + columns) * 0.9 + tooth) * 0.5 + 0.5
    tone = smooth_step(0.60, 0.05, grey) * (0.35 + 0.65 * hatch)
    line = 1 - np.clip((1 - dodged) * 2.3, 0, 1)
    drawn = np.clip(line * (1 - 0.55 * tone) + 0.03 * tooth, 0, 1)[..., None]
    tinted = mix(drawn, drawn * (0.35 + 0.65 * small / np.maximum(small.max(2, keepdims=True), 0.2)), 0.45)
    return _large(np.asarray(tinted * PAPER, np.float32), width, height)


def _print(shown: Floats, order: PaintingOrder) -> Floats:
    """A few flat colours with clean edges, a hair out of register."""
    height, width = shown.shape[:2]
    small = _small(shown)
    for _ in range(2):
        small = cv2.bilateralFilter(small, 9, 0.2, 9)
    few = _few_colours(small, 7)
    grain = Noise(order.chance("ink"), 0.5).over((few.shape[0], few.shape[1]), 2.0)
    inked = mix(few, PAPER, (0.10 * (grain > 1.1))[..., None])
    return _large(np.asarray(inked, np.float32), width, height)


def _few_colours(picture: Floats, count: int) -> Floats:
    """The picture in `count` colours, those that its brightness parts it into."""
    grey = luminance(picture)
    edges = np.quantile(grey[::7, ::7], np.linspace(0, 1, count + 1)[1:-1])
    number = np.digitize(cv2.medianBlur((grey * 255).astype(np.uint8), 7).astype(np.float32) / 255, edges)
    few = np.empty_like(picture)
    for level in range(count):
        inside = number == level
        if inside.any():
            few[inside] = picture[inside].mean(0)
    return few


def _vignetted(shown: Floats, strength: float) -> Floats:
    height, width = shown.shape[:2]
    down, across = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32)
    away = np.hypot(down[:, None] * 0.92, across[None] * 0.92)
    return np.asarray(shown * (1 - strength * smooth_step(0.45, 1.35, away))[..., None], np.float32)


def _grained(shown: Floats, order: PaintingOrder, amount: float) -> Floats:
    """Grain that is strongest in the middle tones and the same size on every picture."""
    height, width = shown.shape[:2]
    tile = order.chance("grain").standard_normal((512, 512)).astype(np.float32)
    if amount > 0.02:
        soft = cv2.GaussianBlur(tile, (0, 0), 0.8)
        tile = np.asarray(soft / soft.std(), np.float32)
    grain = np.tile(tile, (height // 512 + 1, width // 512 + 1))[:height, :width]
    tone = luminance(shown)
    return np.asarray(shown + (grain * amount * (0.35 + 2.6 * tone * (1 - tone)))[..., None], np.float32)


def _small(shown: Floats) -> Floats:
    height, width = shown.shape[:2]
    scale = min(1.0, OF_PAINT_PX / max(height, width) * 1.35)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    return np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.float32)


def _large(small: Floats, width: int, height: int) -> Floats:
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _wandering(picture: Floats, noise: Noise, reach_px: float) -> Floats:
    """The picture with its contours led astray, as a wet brush does."""
    shape = (picture.shape[0], picture.shape[1])
    rows, columns = np.indices(shape, np.float32)
    return np.asarray(
        cv2.remap(
            picture, columns + reach_px * noise.over(shape, 1.0), rows + reach_px * noise.over(shape, 1.0, 0.37),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT,
        ), np.float32,
    )  # fmt: skip


def _rim(shape: tuple[int, int], noise: Noise) -> Floats:
    """How much of the sheet is painted: all but a ragged margin."""
    down, across = np.linspace(0, 1, shape[0], dtype=np.float32), np.linspace(0, 1, shape[1], dtype=np.float32)
    inside = np.minimum(np.minimum(down, 1 - down)[:, None] * shape[0] / shape[1], np.minimum(across, 1 - across)[None])
    return smooth_step(0.012, 0.026, inside + 0.010 * noise.over(shape, 1.3, 0.2))


def _flow(grey: Floats) -> Floats:
    """The direction along the forms at each pixel, as an angle."""
    down, along = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=5), cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=5)
    xx, yy, xy = (blurred(plane, 6) for plane in (along * along, down * down, along * down))
    return np.asarray(0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2, np.float32)


def _smeared(picture: Floats, angle: Floats, reach_px: int) -> Floats:
    """The picture averaged along `angle`."""
    rows, columns = np.indices(angle.shape, np.float32)
    across, down = np.cos(angle), np.sin(angle)
    total = np.zeros_like(picture)
    steps = range(-reach_px, reach_px + 1, 2)
    for step in steps:
        total += cv2.remap(
            picture, columns + across * step, rows + down * step, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
    return np.asarray(total / len(steps), np.float32)


_MANNERS = {
    "sepia": _sepia, "vintage": _vintage, "watercolour": _watercolour, "oil": _oil, "pencil": _pencil, "print": _print,
}  # fmt: skip

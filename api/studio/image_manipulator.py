"""The image manipulator: pictures brought to a size, and whether their background is worth removing."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import APIRouter, Request

from api.studio.pictures import to_base64
from api.studio.requests import DeployedPicture, DeployedResize, Picture, ResizeBody, SeedResize, ZoomBody
from api.studio.studio import CLASSICAL, Studio
from tasks.domain.images.decoding import Pixels, Plane, decode, encode_jpeg, encode_png
from tasks.domain.images.resizing import fit_canvas, fit_within
from tasks.domain.masks.background import check_zoom
from tasks.domain.pictures import MAX_PICTURE_PIXELS

NO_PADDING = {"top": 0, "bottom": 0, "left": 0, "right": 0}
ZOOM_FIT_PX = 640  # more than the zoom check looks at


@dataclass(frozen=True)
class Resized:
    """A picture that was brought to a size, encoded: JPEG where it is opaque, else PNG."""

    data: bytes
    original: tuple[int, int]
    size: tuple[int, int]
    padding: dict[str, int] = field(default_factory=NO_PADDING.copy)

    @property
    def facts(self) -> dict[str, Any]:
        """What both dialects are told."""
        return {
            "original_width": self.original[0],
            "original_height": self.original[1],
            "new_width": self.size[0],
            "new_height": self.size[1],
            "padding": self.padding,
            "engine": CLASSICAL,
        }


def image_manipulator(studio: Studio) -> APIRouter:
    """Return the service's routes."""
    router = APIRouter(prefix="/image-manipulator", tags=["image manipulator"])

    @router.get("", include_in_schema=False)
    @router.get("/")
    @router.get("/health")
    async def health() -> dict[str, str]:
        """Say that the service is there."""
        return {"status": "healthy", "service": "image-manipulator", "engine": CLASSICAL}

    @router.post("/resize")
    async def resize(body: ResizeBody, request: Request) -> dict[str, Any]:
        """Resize a picture and store it (seed) or send it back (deployed)."""
        data, named = await _read(studio, body)
        limit_px = body.max_dimension if isinstance(body, SeedResize) else 0
        work = partial(resized, data, named, canvas=body.canvas, max_dimension_px=limit_px)
        made = await studio.workbench.answer(work, request.is_disconnected, held_bytes=len(data))
        if isinstance(body, DeployedResize):
            return {"image_base64": to_base64(made.data), **made.facts}
        return {"resized_uri": (await studio.pictures.keep(made.data)).uri, **made.facts}

    @router.post("/zoom_check")
    async def zoom_check(body: ZoomBody, request: Request) -> dict[str, Any]:
        """Say how much of a picture the subject fills, and whether to remove the background."""
        data, named = await _read(studio, body)
        work = partial(zoom, data, named)
        return await studio.workbench.answer(work, request.is_disconnected, held_bytes=len(data))

    return router


def resized(data: bytes, named: str, *, canvas: tuple[int, int] | None, max_dimension_px: int) -> Resized:
    """Return the picture on its canvas, or within `max_dimension_px` when there is none."""
    photo = decode(data, field=named, fit_px=max(canvas) if canvas else max_dimension_px)
    original = photo.width_px, photo.height_px
    if canvas is None:
        within = fit_within(photo, max_dimension_px)
        height, width = within.pixels.shape[:2]
        return Resized(_encoded(within.pixels, within.alpha), original, (width, height))
    fitted = fit_canvas(photo, *canvas)
    padding = {side: getattr(fitted, side) for side in NO_PADDING}
    return Resized(_encoded(fitted.pixels, fitted.alpha), original, canvas, padding)


def zoom(data: bytes, named: str) -> dict[str, Any]:
    """Return the answer of the zoom check, in both spellings."""
    photo = decode(data, field=named, fit_px=ZOOM_FIT_PX)
    found = check_zoom(photo.pixels, photo.alpha)
    return {
        "recommend_bg_removal": found.recommend_bg_removal,
        "should_remove_background": found.recommend_bg_removal,
        "zoom_level": round(found.zoom_level, 4),
        "engine": CLASSICAL,
    }


def _encoded(pixels: Pixels, alpha: Plane | None) -> bytes:
    return encode_jpeg(pixels) if alpha is None else encode_png(pixels, alpha)


async def _read(studio: Studio, body: Any) -> tuple[bytes, str]:
    """Return the file that the request is about, and the name of the field that gave it."""
    if isinstance(body, DeployedResize | DeployedPicture):
        given: Picture = body.image
        return await studio.pictures.given(given, "image", max_px=MAX_PICTURE_PIXELS), "image"
    return await studio.pictures.named(body.image_uri, "image_uri", max_px=MAX_PICTURE_PIXELS), "image_uri"

"""The Image Manipulator: brings a photo to the canvas, and tells whether its background is in the way."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from blocks.artifacts import Artifact
from blocks.replies import Reply
from blocks.try_on.images import Wire
from blocks.try_on.service import TryOnService
from blocks.try_on.settings import try_on_settings

SIDES = ("top", "bottom", "left", "right")


class Resized(BaseModel):
    """The photo on its canvas; `padding` is what was added on each side, in pixels."""

    photo: Artifact
    width_px: int
    height_px: int
    padding: dict[str, int]
    engine: str


class ZoomCheck(BaseModel):
    """Whether the background is in the way; `zoom_level` is 1 for a close-up, None when the service does not say."""

    remove_background: bool
    zoom_level: float | None
    engine: str


class ImageManipulator(TryOnService):
    """The service that resizes photos and looks at how close they are."""

    _block_type_name = "Image Manipulator"
    _block_type_slug = "atelier-image-manipulator"
    _description = "Resizes photos of jewelry and tells whether their background is in the way."

    service: ClassVar[str] = "image manipulator"
    variable: ClassVar[str] = "IMAGE_MANIPULATOR_URL"

    url: str = Field(default_factory=lambda: try_on_settings().image_manipulator_url)
    resize_mode: Literal["fixed_dimensions", "max_dimension"] = Field(
        default_factory=lambda: try_on_settings().resize_mode
    )
    width_px: int = Field(default_factory=lambda: try_on_settings().canvas_width_px, ge=1)
    height_px: int = Field(default_factory=lambda: try_on_settings().canvas_height_px, ge=1)
    max_dimension_px: int = Field(default_factory=lambda: try_on_settings().max_dimension_px, ge=1)
    resize_timeout_s: float = Field(default_factory=lambda: try_on_settings().resize_timeout_s, gt=0)
    zoom_timeout_s: float = Field(default_factory=lambda: try_on_settings().zoom_timeout_s, gt=0)

    async def resize(self, photo: Artifact) -> Resized:
        """Return `photo` on the canvas; raises UpstreamError."""
        wire = Wire.from_settings()
        reply = await self.post("/resize", self._resize_body(wire.reference(photo)), self.resize_timeout_s)
        field, *others = ("resized_uri", "image_base64") if self.dialect == "seed" else ("image_base64", "resized_uri")
        kept = await wire.keep(reply.text(field, *others), service=self.service, field=field)
        padding = _padding(reply, kept.width_px, kept.height_px)
        return Resized(
            photo=kept.artifact,
            width_px=kept.width_px,
            height_px=kept.height_px,
            padding=padding,
            engine=reply.optional_text("engine") or "",
        )

    async def check_zoom(self, photo: Artifact) -> ZoomCheck:
        """Return whether the background of `photo` is in the way; raises UpstreamError."""
        wire = Wire.from_settings()
        body: dict[str, Any]
        if self.dialect == "seed":
            body = {"image_uri": wire.reference(photo)}
        else:
            body = {"image": {"base64": await wire.inline(photo)}}
        reply = await self.post("/zoom_check", body, self.zoom_timeout_s)
        return ZoomCheck(
            remove_background=reply.flag("recommend_bg_removal", "should_remove_background"),
            zoom_level=reply.optional_number("zoom_level"),
            engine=reply.optional_text("engine") or "",
        )

    def _resize_body(self, reference: str) -> dict[str, Any]:
        canvas = {"target_width": self.width_px, "target_height": self.height_px, "flag": "fixed_dimensions"}
        fixed = canvas if self.resize_mode == "fixed_dimensions" else {}
        if self.dialect == "seed":
            return {"image_uri": reference, "max_dimension": self.max_dimension_px, **fixed}
        return {"image": {"uri": reference}, **(fixed or {"max_dimension": self.max_dimension_px})}


def _padding(reply: Reply, width_px: int, height_px: int) -> dict[str, int]:
    """Return the padding per side, given as an object or as a list in that order; none when it is missing."""
    given = reply.at("padding")
    if given is None:
        return dict.fromkeys(SIDES, 0)
    if isinstance(given, list) and len(given) == len(SIDES):
        reply = Reply(reply.service, {"padding": dict(zip(SIDES, given, strict=True))})
    padding = {side: reply.whole(f"padding.{side}") for side in SIDES}
    if padding["left"] + padding["right"] >= width_px or padding["top"] + padding["bottom"] >= height_px:
        raise reply.wrong("padding", "leaves nothing of the photo")
    return padding

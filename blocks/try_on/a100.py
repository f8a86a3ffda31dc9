"""The A100 server: corrects masks by strokes, and puts the jewelry of a photo on a person.

It is asked for its health right before every call. It does not come back within a run, so one that is offline ends
the run at once; one whose models are not loaded yet is tried again.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from blocks.artifacts import Artifact
from blocks.http_service import Refused
from blocks.replies import Reply
from blocks.try_on.images import Wire
from blocks.try_on.service import TryOnService
from blocks.try_on.settings import try_on_settings
from tasks.domain.errors import UpstreamError
from tasks.domain.try_on.failures import A100Busy, A100Unavailable
from tasks.domain.try_on.points import Brush, Point, radius_px, whole_pixels

BUSY = 503
METRICS = {"precision": 1.0, "recall": 1.0, "iou": 1.0, "growth_ratio": float("inf")}  # each with its largest value


class RefinedMask(BaseModel):
    """The corrected mask; None when the service gave none back."""

    mask: Artifact | None
    engine: str


class Pictures(BaseModel):
    """Both pictures, as the service made them, with what it measured; the second variant is optional."""

    flux: Artifact
    gemini: Artifact | None
    flux_fidelity: Artifact | None
    gemini_fidelity: Artifact | None
    flux_metrics: dict[str, float] | None
    gemini_metrics: dict[str, float] | None
    engine: str
    gemini_engine: str


class A100(TryOnService):
    """The service that puts jewelry on a person."""

    _block_type_name = "A100"
    _block_type_slug = "atelier-a100"
    _description = "Corrects masks and composes pictures of a person who wears the jewelry."

    service: ClassVar[str] = "a100"
    variable: ClassVar[str] = "A100_SERVER_URL"

    url: str = Field(default_factory=lambda: try_on_settings().a100_url)
    brush_size_scale: float = Field(default_factory=lambda: try_on_settings().brush_size_scale, gt=0)
    health_timeout_s: float = Field(default_factory=lambda: try_on_settings().health_timeout_s, gt=0)
    refine_timeout_s: float = Field(default_factory=lambda: try_on_settings().refine_timeout_s, gt=0)
    generate_timeout_s: float = Field(default_factory=lambda: try_on_settings().generate_timeout_s, gt=0)

    async def check(self) -> None:
        """Raise A100Unavailable unless the server answers that it is online, A100Busy when it cannot work yet."""
        try:
            health = await self.get("/health", self.health_timeout_s)
            online = health.text("status").lower() == "online"
            loading = health.at("models_loaded") is False
        except Refused as refused:
            if refused.status == BUSY:
                raise A100Busy(f"takes nothing on now: {refused.detail}") from refused
            raise A100Unavailable(f"A100 server is offline: {refused.detail}") from refused
        except UpstreamError as error:
            raise A100Unavailable(f"A100 server is offline: {error.detail}") from error
        if not online:
            raise A100Unavailable(f"A100 server is offline: its status is {health.text('status')!r}")
        if loading:
            raise A100Busy("its models are not loaded")

    async def refine(
        self, photo: Artifact, mask: Artifact, strokes: Sequence[Brush], size_px: tuple[int, int]
    ) -> RefinedMask:
        """Return `mask` corrected by `strokes`, in their order; `size_px` is the photo's width and height.

        Raises A100Unavailable, A100Busy, UpstreamError.
        """
        wire = Wire.from_settings()
        if self.dialect == "seed":
            path, field, body = "/refine_mask", "refined_mask_uri", self._refine_seed(wire, photo, mask, strokes)
        else:
            path, field = "/refine-mask", "mask_base64"
            body = await self._refine_deployed(wire, photo, mask, strokes, size_px)
        reply = await self._asked(path, body, self.refine_timeout_s)
        engine, found = reply.optional_text("engine") or "", reply.optional_text(field)
        if found is None:
            return RefinedMask(mask=None, engine=engine)
        kept = await wire.keep(found, service=self.service, field=field)
        return RefinedMask(mask=kept.artifact, engine=engine)

    async def generate(
        self, photo: Artifact, mask: Artifact, *, gender: str, jewelry_type: str, scaled_points: Sequence[Point]
    ) -> Pictures:
        """Return the pictures; without `scaled_points`, in pixels of `photo`, nothing is measured.

        Raises A100Unavailable, A100Busy, UpstreamError.
        """
        wire = Wire.from_settings()
        body: dict[str, Any] = {"gender": gender, "jewelry_type": jewelry_type, "use_gemini": True}
        if scaled_points:
            body["scaled_points"] = [list(point) for point in scaled_points]
        if self.dialect == "seed":
            body |= {"image_uri": wire.reference(photo), "mask_uri": wire.reference(mask)}
        else:
            body |= {"image_base64": await wire.inline(photo), "mask_base64": await wire.inline(mask)}
        reply = await self._asked("/generate", body, self.generate_timeout_s)
        flux = await wire.keep(reply.text("result_base64"), service=self.service, field="result_base64")
        return Pictures(
            flux=flux.artifact,
            gemini=await self._optional(wire, reply, "result_gemini_base64"),
            flux_fidelity=await self._optional(wire, reply, "fidelity_viz_base64"),
            gemini_fidelity=await self._optional(wire, reply, "fidelity_viz_gemini_base64"),
            flux_metrics=_metrics(reply, "metrics"),
            gemini_metrics=_metrics(reply, "metrics_gemini"),
            engine=reply.optional_text("engine") or "",
            gemini_engine=reply.optional_text("engine_gemini") or "",
        )

    async def _asked(self, path: str, body: dict[str, Any], timeout_s: float) -> Reply:
        await self.check()
        try:
            return await self.post(path, body, timeout_s)
        except Refused as refused:
            if refused.status != BUSY:
                raise
            raise A100Busy(f"takes nothing on now: {refused.detail}") from refused

    def _refine_seed(self, wire: Wire, photo: Artifact, mask: Artifact, strokes: Sequence[Brush]) -> dict[str, Any]:
        """Points stay fractions, and the size that of a canvas of 2000 pixels."""
        return {
            "image_uri": wire.reference(photo),
            "mask_uri": wire.reference(mask),
            "strokes": [
                {
                    "points": [list(point) for point in stroke.points],
                    "mode": stroke.mode,
                    "size": stroke.size * self.brush_size_scale,
                }
                for stroke in strokes
            ],
        }

    async def _refine_deployed(
        self, wire: Wire, photo: Artifact, mask: Artifact, strokes: Sequence[Brush], size_px: tuple[int, int]
    ) -> dict[str, Any]:
        """Points and radius are pixels of the photo: the service takes whole numbers only."""
        return {
            "original_image_base64": await wire.inline(photo),
            "current_mask_base64": await wire.inline(mask),
            "brush_strokes": [
                {
                    "type": stroke.mode,
                    "points": [list(pixel) for pixel in whole_pixels(stroke.points, *size_px)],
                    "radius": max(round(radius_px(stroke.size * self.brush_size_scale, size_px[0])), 1),
                }
                for stroke in strokes
            ],
        }

    async def _optional(self, wire: Wire, reply: Reply, field: str) -> Artifact | None:
        found = reply.optional_text(field)
        return (await wire.keep(found, service=self.service, field=field)).artifact if found else None


def _metrics(reply: Reply, field: str) -> dict[str, float] | None:
    if reply.at(field) is None:
        return None
    return {name: reply.number(f"{field}.{name}", at_most=most) for name, most in METRICS.items()}

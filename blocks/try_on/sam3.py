"""SAM3: finds what was clicked on."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from blocks.artifacts import Artifact
from blocks.try_on.images import Wire
from blocks.try_on.jobs import JobService, JobSlip
from blocks.try_on.settings import Polarity, try_on_settings
from tasks.domain.try_on.points import scaled


class RawMask(BaseModel):
    """The mask as the service painted it: which side is the jewelry is for the caller to find out."""

    mask: Artifact
    engine: str


class SAM3(JobService):
    """The service that makes masks from clicks."""

    _block_type_name = "SAM3"
    _block_type_slug = "atelier-sam3"
    _description = "Finds the jewelry in a photo from clicks on and beside it."

    service: ClassVar[str] = "sam3"
    variable: ClassVar[str] = "SAM3_URL"

    url: str = Field(default_factory=lambda: try_on_settings().sam3_url)
    polarity: Polarity = Field(
        default_factory=lambda: try_on_settings().mask_polarity, description="What it paints the jewelry"
    )

    async def segment(
        self,
        photo: Artifact,
        points: Sequence[tuple[float, float]],
        labels: Sequence[int],
        size_px: tuple[int, int],
        slip: JobSlip,
    ) -> RawMask:
        """Return the mask of what `points`, fractions of `photo`, with label 1 lie on; raises UpstreamError.

        `size_px` is the photo's width and height.
        """
        wire = Wire.from_settings()
        about = self._about(points, labels, size_px)
        async with slip.settled():
            reply = await self.done(self._body(wire.reference(photo), about), self._body(photo.uri, about), slip)
            found = reply.text("mask_uri", "result.mask.uri")
            kept = await wire.keep(found, service=self.service, field="mask_uri")
        return RawMask(mask=kept.artifact, engine=reply.optional_text("engine") or "")

    def _about(
        self, points: Sequence[tuple[float, float]], labels: Sequence[int], size_px: tuple[int, int]
    ) -> dict[str, Any]:
        if self.dialect == "seed":
            return {"points": [list(point) for point in points], "labels": list(labels)}
        pixels = [list(point) for point in scaled(points, *size_px)]
        return {"points": pixels, "point_labels": list(labels), "invert_mask": False}

    def _body(self, reference: str, about: dict[str, Any]) -> dict[str, Any]:
        if self.dialect == "seed":
            return {"image_uri": reference, **about}
        return {"data": {"image": {"uri": reference}, **about}}

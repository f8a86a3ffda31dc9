"""BiRefNet: cuts a photo's subject out of its background."""

from typing import Any, ClassVar

from pydantic import BaseModel, Field

from blocks.artifacts import Artifact
from blocks.try_on.images import Wire
from blocks.try_on.jobs import JobService, JobSlip
from blocks.try_on.settings import try_on_settings


class Cutout(BaseModel):
    """The photo without its background."""

    photo: Artifact
    engine: str


class BiRefNet(JobService):
    """The service that removes backgrounds."""

    _block_type_name = "BiRefNet"
    _block_type_slug = "atelier-birefnet"
    _description = "Removes the background of a photo."

    service: ClassVar[str] = "birefnet"
    variable: ClassVar[str] = "BIREFNET_URL"

    url: str = Field(default_factory=lambda: try_on_settings().birefnet_url)

    async def cut_out(self, photo: Artifact, slip: JobSlip) -> Cutout:
        """Return `photo` without its background; raises UpstreamError."""
        wire = Wire.from_settings()
        async with slip.settled():
            reply = await self.done(self._body(wire.reference(photo)), self._body(photo.uri), slip)
            found = reply.text("result_uri", "result.image.uri", "result.output.uri")
            kept = await wire.keep(found, service=self.service, field="result_uri")
        return Cutout(photo=kept.artifact, engine=reply.optional_text("engine") or "")

    def _body(self, reference: str) -> dict[str, Any]:
        return {"image_uri": reference} if self.dialect == "seed" else {"data": {"image": {"uri": reference}}}

"""TRELLIS over HTTP: one picture in, one GLB out. Whether to try again is the caller's policy."""

import struct
from typing import Any, ClassVar, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from blocks.artifacts import MAX_BYTES, Artifact, ArtifactStore
from blocks.http_service import HttpService
from blocks.models3d.settings import ImageReference, trellis_settings
from blocks.try_on.images import Wire
from tasks.domain.errors import UpstreamError

GLB_TYPE = "model/gltf-binary"
MAX_NAME = 64
_HEADER = struct.Struct("<4sII")  # glTF 2.0, section 4.4.1: magic, version, length of the file


class Sampler(BaseModel):
    """How one of TRELLIS' two samplers takes its steps."""

    model_config = ConfigDict(frozen=True)

    steps: int = Field(12, ge=1)
    cfg_strength: float = Field(7.5, ge=0)


class How(BaseModel):
    """What TRELLIS is told beside the picture; the defaults are its own."""

    model_config = ConfigDict(frozen=True)

    model: Literal["trellis", "trellis2"] | None = None
    seed: int = 1
    sparse_structure: Sampler = Sampler()
    slat: Sampler = Sampler(cfg_strength=3.0)
    simplify: float = Field(0.95, ge=0, lt=1, description="Share of the triangles to do without")
    texture_px: int = Field(1024, ge=1)


class Raw(BaseModel):
    """A model as its maker left it: nothing is cleaned, and its size means nothing."""

    model: Artifact
    engine: str = Field(description="What made it, as the server says: trellis, trellis2, inflation")
    seed: int


class Health(BaseModel):
    """What the server says of itself."""

    engine: str
    device: str
    queued: int


class Trellis(HttpService):
    """The service that makes models of pictures."""

    _block_type_name = "TRELLIS"
    _block_type_slug = "atelier-trellis"
    _description = "Makes a textured model of a picture."
    _headers: httpx.Headers = PrivateAttr(default_factory=httpx.Headers)

    service: ClassVar[str] = "TRELLIS"
    variable: ClassVar[str] = "TRELLIS_URL"

    url: str = Field(default_factory=lambda: trellis_settings().url)
    image_reference: ImageReference = Field(default_factory=lambda: trellis_settings().image_reference)
    connect_timeout_s: float = Field(default_factory=lambda: trellis_settings().connect_timeout_s, gt=0)
    timeout_s: float = Field(default_factory=lambda: trellis_settings().timeout_s, gt=0)
    health_timeout_s: float = Field(default_factory=lambda: trellis_settings().health_timeout_s, gt=0)
    max_model_bytes: int = Field(MAX_BYTES, ge=1, le=MAX_BYTES, description="What is larger could not be stored")

    async def reconstruct(self, picture: Artifact, how: How) -> Raw:
        """Return the model that the server makes of `picture`, stored.

        Raises UpstreamError: to be retried when the server is away, busy, out of memory or too slow; not when it
        refuses the picture, whose reason it gives, or answers with something that is no GLB. MissingKey without a URL.
        """
        store = ArtifactStore.from_settings()
        body = {"image": await self._image(store, picture), **_told(how)}
        call = self.model_copy()  # of its own, since it keeps the answer's headers
        data = await call._ask("POST", "/generate", body, self.timeout_s)
        self._check(data)
        seed = call._headers.get("x-seed", "")
        return Raw(
            model=await store.write(data, media_type=GLB_TYPE),
            engine=call._headers.get("x-engine", "")[:MAX_NAME],
            seed=int(seed) if seed.isdecimal() else how.seed,
        )

    async def health(self) -> Health:
        """Return what the server says of itself; raises UpstreamError when it is not there."""
        reply = await self.get("/health", self.health_timeout_s)
        queued = reply.optional_number("queued")
        return Health(engine=reply.text("engine"), device=reply.optional_text("device") or "", queued=int(queued or 0))

    async def _image(self, store: ArtifactStore, picture: Artifact) -> dict[str, str]:
        if self.image_reference == "inline":
            return {"base64": await Wire(store, "azure").inline(picture)}
        return {"uri": Wire(store, self.image_reference).reference(picture)}

    async def _bounded(self, answer: httpx.Response) -> bytes:
        """Keep what the headers say of the model, and read as much as can be stored."""
        self._headers = answer.headers
        data = bytearray()
        async for chunk in answer.aiter_raw():
            data += chunk
            if len(data) > self.max_model_bytes:
                raise UpstreamError(self.service, f"answers with more than {self.max_model_bytes} bytes")
        return bytes(data)

    def _check(self, data: bytes) -> None:
        """Raise UpstreamError unless `data` is a whole GLB by its header."""
        if len(data) < _HEADER.size or data[:4] != b"glTF":
            raise UpstreamError(self.service, "answers with something that is no GLB")
        _, version, length = _HEADER.unpack_from(data)
        if version != 2:
            raise UpstreamError(self.service, f"answers with a GLB of version {version} instead of 2")
        if length != len(data):
            detail = f"answers with {len(data)} bytes of a GLB of {length}"
            raise UpstreamError(self.service, detail, retryable=True)


def _told(how: How) -> dict[str, Any]:
    return {
        "model": how.model,
        "seed": how.seed,
        "sparse_structure_sampler_params": how.sparse_structure.model_dump(),
        "slat_sampler_params": how.slat.model_dump(),
        "simplify": how.simplify,
        "texture_size": how.texture_px,
    }

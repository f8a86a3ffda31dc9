"""TRELLIS and TRELLIS.2 themselves, where Microsoft's packages and a CUDA GPU are; both come from git, not from PyPI.

https://github.com/microsoft/TRELLIS, https://github.com/microsoft/TRELLIS.2. Their packages are imported with the first
picture, and download their weights then, unless these are in Hugging Face's cache or given as a folder.
"""

import importlib
import importlib.util
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from api.studio.trellis_requests import How, SamplerParams
from tasks.domain.errors import AtelierError, InvalidInput, UpstreamError
from tasks.domain.images.decoding import Photo

log = logging.getLogger(__name__)
OPAQUE = 204  # of 255: both pipelines look for the piece where alpha is above 0.8
RASTERIZABLE = 16_777_216  # triangles that nvdiffrast takes
LEAST_TRIANGLES = 1000
BOX = [[-0.5] * 3, [0.5] * 3]  # in which TRELLIS.2 works


class PipelineMissing(AtelierError):
    """The operator's: a package is not installed."""


@dataclass(frozen=True)
class Gpu:
    """The process's CUDA device, on which one picture is worked at a time; CUDA_VISIBLE_DEVICES names another."""

    name: str = "cuda:0"
    _turn: threading.Lock = field(default_factory=threading.Lock, compare=False)

    @property
    def words(self) -> str:
        """Its name and what it is, as soon as something has loaded torch."""
        torch = sys.modules.get("torch")
        if torch is None or not torch.cuda.is_available():
            return self.name
        return f"{self.name} {torch.cuda.get_device_name(self.name)}"

    @contextmanager
    def turn(self, service: str) -> Iterator[None]:
        """Have the device alone; raises UpstreamError of `service`, to be retried, where its memory does not suffice.

        Torch and the rasterizers each have an error of their own for that, both of them a RuntimeError.
        """
        with self._turn:
            try:
                yield
            except RuntimeError as error:
                if "out of memory" not in str(error).lower():
                    raise
                if torch := sys.modules.get("torch"):
                    torch.cuda.empty_cache()
                raise UpstreamError(service, "the GPU's memory does not suffice now", retryable=True) from error


@dataclass
class Pipeline:
    """A pretrained pipeline of class `kind` in `module`, loaded from `weights` with the first picture."""

    module: str
    kind: str
    weights: str
    _loaded: list[Any] = field(default_factory=list)

    def need(self, *packages: str) -> None:
        """Raise PipelineMissing unless `packages` are installed; nothing is imported."""
        missing = [name for name in packages if importlib.util.find_spec(name) is None]
        if missing:
            raise PipelineMissing(f"{self.kind} needs the packages {', '.join(missing)}, which are not installed")

    def ready(self) -> Any:
        """Return it, on the GPU."""
        if not self._loaded:
            began_s = time.perf_counter()
            loaded = getattr(importlib.import_module(self.module), self.kind).from_pretrained(self.weights)
            loaded.cuda()
            self._loaded.append(loaded)
            log.info("%s loaded in %.1f s", self.weights, time.perf_counter() - began_s)
        return self._loaded[0]


@dataclass(frozen=True)
class TrellisReconstructor:
    """TRELLIS: a mesh, and Gaussians from which its texture is baked."""

    gpu: Gpu
    pipeline: Pipeline
    name: ClassVar[str] = "trellis"
    models: ClassVar[tuple[str, ...]] = ("trellis",)

    @classmethod
    def open(cls, gpu: Gpu, weights: str = "microsoft/TRELLIS-image-large") -> "TrellisReconstructor":
        """Return it, not loaded yet; raises PipelineMissing."""
        pipeline = Pipeline("trellis.pipelines", "TrellisImageTo3DPipeline", weights)
        pipeline.need("trellis")
        return cls(gpu, pipeline)

    @property
    def device(self) -> str:
        """What it runs on."""
        return self.gpu.words

    def reconstruct(self, picture: Photo, how: How) -> bytes:
        """Return a GLB; raises InvalidInput("image", …) for a picture without a piece, UpstreamError without memory."""
        with self.gpu.turn(self.name):
            pipeline = self.pipeline.ready()
            made = pipeline.run(
                cut_out(pipeline, picture),
                seed=how.seed,
                sparse_structure_sampler_params=how.sparse_structure_sampler_params.model_dump(),
                slat_sampler_params=how.slat_sampler_params.model_dump(),
                formats=["gaussian", "mesh"],
                preprocess_image=False,
            )
            finished = importlib.import_module("trellis.utils.postprocessing_utils").to_glb(
                made["gaussian"][0],
                made["mesh"][0],
                simplify=how.simplify,
                texture_size=how.texture_size,
                verbose=False,
            )
            return bytes(finished.export(file_type="glb"))


@dataclass(frozen=True)
class Trellis2Reconstructor:
    """TRELLIS.2: a mesh, and voxels of colour, roughness and metal."""

    gpu: Gpu
    pipeline: Pipeline
    name: ClassVar[str] = "trellis2"
    models: ClassVar[tuple[str, ...]] = ("trellis2",)

    @classmethod
    def open(cls, gpu: Gpu, weights: str = "microsoft/TRELLIS.2-4B") -> "Trellis2Reconstructor":
        """Return it, not loaded yet; raises PipelineMissing."""
        pipeline = Pipeline("trellis2.pipelines", "Trellis2ImageTo3DPipeline", weights)
        pipeline.need("trellis2", "o_voxel")
        return cls(gpu, pipeline)

    @property
    def device(self) -> str:
        """What it runs on."""
        return self.gpu.words

    def reconstruct(self, picture: Photo, how: How) -> bytes:
        """Return a GLB; raises what TRELLIS raises.

        It samples shape and texture apart: both take the steps of `slat_sampler_params`, the shape its strength too,
        while the texture's strength is the model's own.
        """
        slat = how.slat_sampler_params
        with self.gpu.turn(self.name):
            pipeline = self.pipeline.ready()
            mesh = pipeline.run(
                cut_out(pipeline, picture),
                seed=how.seed,
                sparse_structure_sampler_params=_guided(how.sparse_structure_sampler_params),
                shape_slat_sampler_params=_guided(slat),
                tex_slat_sampler_params={"steps": slat.steps},
                preprocess_image=False,
            )[0]
            mesh.simplify(RASTERIZABLE)
            finished = importlib.import_module("o_voxel.postprocess").to_glb(
                vertices=mesh.vertices,
                faces=mesh.faces,
                attr_volume=mesh.attrs,
                coords=mesh.coords,
                attr_layout=mesh.layout,
                voxel_size=mesh.voxel_size,
                aabb=BOX,
                decimation_target=max(LEAST_TRIANGLES, round((1 - how.simplify) * len(mesh.faces))),
                texture_size=how.texture_size,
                remesh=True,
                remesh_band=1,
                remesh_project=0,
                verbose=False,
            )
            return bytes(finished.export(file_type="glb"))  # PNG inside, as not everybody reads WebP


def cut_out(pipeline: Any, picture: Photo) -> Any:
    """Return the piece as the pipeline wants it, its background removed by the pipeline if the picture has one.

    Raises InvalidInput("image", …) where there is no piece: the pipelines then take the least of no pixels at all.
    """
    if picture.alpha is not None and (picture.alpha <= OPAQUE).all():
        raise InvalidInput("image", "no silhouette: all of it is transparent")
    layers = picture.pixels if picture.alpha is None else np.dstack([picture.pixels, picture.alpha])
    try:
        return pipeline.preprocess_image(Image.fromarray(layers))
    except ValueError as error:
        raise InvalidInput("image", f"no silhouette: nothing stands out from its background ({error})") from error


def _guided(sampler: SamplerParams) -> dict[str, float]:
    """TRELLIS.2's name for what TRELLIS calls cfg_strength."""
    return {"steps": sampler.steps, "guidance_strength": sampler.cfg_strength}

"""FLUX Fill paints a person around the jewelry: https://huggingface.co/black-forest-labs/FLUX.1-Fill-dev, by diffusers.

It paints where its mask is white, so it is given the inverse of the jewelry's; and since it paints small, and its
autoencoder changes even what it keeps, the jewelry's own pixels are laid over its picture.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from api.studio.engines import Pixels, Point, Segmenter
from api.studio.models import weights
from api.studio.models.device import Accelerator, Model
from api.studio.models.settings import FLUX_GRID_PX, ModelSettings, Size
from tasks.domain.try_on import wearing
from tasks.domain.try_on.wearing import Generated

SERVICE = "flux-fill"
INDEX = "model_index.json"
KEPT_FROM = 64  # of 255: a pixel of the small picture that is a quarter jewelry is kept, or thin chains would be lost
STRETCH = 1.1  # a picture whose sides stand to each other nearly like FLUX's is stretched, and so back again
ALL_MIB, LARGEST_PART_MIB = 36 * 1024, 27 * 1024  # what FLUX in bfloat16 wants: all of it 33 GB, its transformer 23.8


@dataclass(frozen=True)
class FluxFill:
    """FLUX Fill as a generator; the second picture is the classical one, and `segmenter` measures both."""

    accelerator: Accelerator
    settings: ModelSettings
    segmenter: Segmenter
    model: Model[Any]
    name: str = SERVICE
    second_name: str | None = "classical"

    @classmethod
    def open(cls, settings: ModelSettings, accelerator: Accelerator, segmenter: Segmenter) -> "FluxFill":
        """Return the engine, not loaded yet; raises EngineMissing without its weights."""
        folder = weights.find(settings.flux, settings.flux_revision, (INDEX,), settings.cache)
        weights.need(folder, _parts(folder), weights.how(settings.flux, settings.flux_revision))
        return cls(accelerator, settings, segmenter, Model(SERVICE, lambda: load(folder, settings, accelerator)))

    def generate(
        self,
        pixels: Pixels,
        mask: Pixels,
        *,
        jewelry_type: str,
        gender: str,
        scaled_points: Sequence[Point],
        second: bool,
    ) -> Generated:
        """Return both pictures, and their fidelity where there are `scaled_points`."""
        return wearing.generate(
            pixels,
            mask,
            jewelry_type=jewelry_type,
            gender=gender,
            scaled_points=scaled_points,
            second=second,
            seed=self.settings.seed,
            paint=partial(self.paint, jewelry_type=jewelry_type, gender=gender),
            find=self._found,
        )

    def paint(self, pixels: Pixels, mask: Pixels, *, jewelry_type: str, gender: str) -> Pixels:
        """Return a person around the jewelry, at the size of `pixels`; the jewelry itself is only nearly kept."""
        height, width = mask.shape
        size = canvas((width, height), self.settings.size_for(jewelry_type))
        photo = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
        jewelry = np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.BOX))
        painted = self._painted(photo, Image.fromarray(_inverse(jewelry)), self.settings.prompt(jewelry_type, gender))
        return np.array(painted.resize((width, height), Image.Resampling.LANCZOS))

    def _found(self, pixels: Pixels, foreground: Sequence[Point], background: Sequence[Point]) -> NDArray[np.bool_]:
        """Seek the jewelry at points that are fractions of width and height."""
        height, width = pixels.shape[:2]
        on, off = ([(x * width, y * height) for x, y in points] for points in (foreground, background))
        return self.segmenter.segment(pixels, on, off)

    def _painted(self, photo: Image.Image, replaced: Image.Image, prompt: str) -> Image.Image:
        import torch

        with self.accelerator.turn(self.model) as pipeline:
            pictures = pipeline(
                prompt=prompt,
                image=photo,
                mask_image=replaced,
                width=photo.width,
                height=photo.height,
                guidance_scale=self.settings.flux_guidance,
                num_inference_steps=self.settings.flux_steps,
                max_sequence_length=self.settings.flux_words,
                generator=torch.Generator("cpu").manual_seed(self.settings.seed),  # the same on every device
            ).images
        painted: Image.Image = pictures[0].convert("RGB")
        return painted


def canvas(picture: Size, wanted: Size) -> Size:
    """Return the size to paint `picture` at: `wanted`, or as many pixels in the picture's own shape."""
    shape, wanted_shape = picture[0] / picture[1], wanted[0] / wanted[1]
    if max(shape / wanted_shape, wanted_shape / shape) <= STRETCH:
        return wanted
    area = wanted[0] * wanted[1]
    return _on_the_grid(math.sqrt(area * shape)), _on_the_grid(math.sqrt(area / shape))


def offload(choice: str, free_mib: int) -> str:
    """Return what waits in main memory: none, model (whole parts), layers; `auto` goes by the GPU's free memory."""
    if choice != "auto":
        return choice
    return "none" if free_mib >= ALL_MIB else "model" if free_mib >= LARGEST_PART_MIB else "layers"


def load(folder: Path, settings: ModelSettings, accelerator: Accelerator) -> Any:
    """Return the pipeline, on the device as far as its memory goes."""
    import torch
    from diffusers import FluxFillPipeline

    dtype = getattr(torch, settings.flux_dtype)
    pipeline = FluxFillPipeline.from_pretrained(folder, dtype=dtype, local_files_only=True, use_safetensors=True)
    pipeline.set_progress_bar_config(disable=True)
    if accelerator.name == "cpu":
        return pipeline
    waiting = offload(settings.flux_offload, accelerator.free_mib())
    if waiting == "none":
        return pipeline.to(accelerator.name)
    if waiting == "model":
        pipeline.enable_model_cpu_offload(device=accelerator.name)
    else:
        pipeline.enable_sequential_cpu_offload(device=accelerator.name)
    return pipeline


def _inverse(jewelry: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what is to be painted, white, all but the jewelry."""
    return np.where(jewelry >= KEPT_FROM, 0, 255).astype(np.uint8)


def _on_the_grid(side_px: float) -> int:
    return max(1, round(side_px / FLUX_GRID_PX)) * FLUX_GRID_PX


def _parts(folder: Path) -> list[str]:
    """Name the folders that the pipeline's index speaks of."""
    index = json.loads((folder / INDEX).read_text())
    return [name for name, kind in index.items() if isinstance(kind, list) and all(kind)]

"""The A100 server: brush strokes over a mask, and pictures of a person who wears the jewelry."""

from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request

from api.studio.pictures import to_base64
from api.studio.requests import (
    DeployedGenerate,
    DeployedRefine,
    GenerateBody,
    RefineBody,
    SeedGenerate,
    SeedRefine,
    Wearer,
)
from api.studio.studio import CLASSICAL, Studio, flat
from tasks.domain.errors import InvalidInput
from tasks.domain.images.decoding import Photo, Plane, decode_mask, encode_jpeg, encode_mask
from tasks.domain.masks.overlay import overlay
from tasks.domain.masks.strokes import Stroke, paint
from tasks.domain.try_on.points import radius_px
from tasks.domain.try_on.wearing import Variant

OVERLAY_QUALITY = 90
JEWELRY = 128  # from here on a pixel of the mask is jewelry
Files = tuple[tuple[bytes, str], tuple[bytes, str]]  # the picture and the mask, each with the field that gave it


def a100(studio: Studio) -> APIRouter:
    """Return the service's routes."""
    router = APIRouter(prefix="/a100", tags=["a100"])
    generator = studio.engines.generator

    @router.get("", include_in_schema=False)
    @router.get("/")
    @router.get("/health")
    async def health() -> dict[str, Any]:
        """Say that the service is there, what it runs on, and what it can do."""
        device = studio.engines.device()
        return {
            "status": "online",
            "models_loaded": True,
            "gpu_available": device.gpu_available,
            "gpu_name": device.gpu_name,
            "gpu_memory_free": device.gpu_memory_free_mib,
            "gemini_available": generator.second_name is not None,
            "message": f"{generator.name}; {studio.workbench.unfinished} pieces of work unfinished",
            "engine": generator.name,
        }

    @router.post("/refine_mask")
    @router.post("/refine-mask")
    async def refine(body: RefineBody, request: Request) -> dict[str, Any]:
        """Apply brush strokes to a mask, one after another; store it (seed) or send it back (deployed)."""
        files = await _read_refine(studio, body)
        work = partial(refined, studio, files, body)
        mask, shown = await studio.workbench.answer(work, request.is_disconnected, held_bytes=_size(files))
        if isinstance(body, DeployedRefine):
            return {
                "mask_base64": to_base64(mask),
                "mask_overlay_base64": to_base64(shown),
                "engine": CLASSICAL,
            }
        return {"refined_mask_uri": (await studio.pictures.keep(mask)).uri, "engine": CLASSICAL}

    @router.post("/generate")
    async def generate(body: GenerateBody, request: Request) -> dict[str, Any]:
        """Make one or two pictures of a person who wears the jewelry."""
        files = await _read_generate(studio, body)
        work = partial(generated, studio, files, body)
        return await studio.workbench.answer(work, request.is_disconnected, held_bytes=_size(files))

    return router


def refined(studio: Studio, files: Files, body: SeedRefine | DeployedRefine) -> tuple[bytes, bytes]:
    """Return the mask with its strokes, as PNG, and the deployed dialect's picture of it, as JPEG."""
    photo, mask = _decoded(studio, files)
    mask = paint(mask, _strokes(studio, body, photo))
    if isinstance(body, SeedRefine):
        return encode_mask(mask), b""
    return encode_mask(mask), encode_jpeg(overlay(flat(photo), mask), OVERLAY_QUALITY)


def generated(studio: Studio, files: Files, wearer: Wearer) -> dict[str, Any]:
    """Return the answer to `generate`; raises InvalidInput for a mask without jewelry."""
    photo, mask = _decoded(studio, files)
    if not (mask >= JEWELRY).any():
        raise InvalidInput(files[1][1], "no pixel of it is jewelry; jewelry is white")
    generator = studio.engines.generator
    made = generator.generate(
        flat(photo),
        mask,
        jewelry_type=wearer.jewelry_type,
        gender=wearer.gender,
        scaled_points=studio.inside(wearer.scaled_points or [], photo, "scaled_points"),
        second=wearer.use_gemini and generator.second_name is not None,
    )
    return {
        **_variant(made.first, ""),
        **_variant(made.second, "_gemini"),
        "session_id": uuid4().hex,
        "has_two_modes": made.second is not None,
        "engine": generator.name,
        "engine_gemini": generator.second_name if made.second else None,
    }


def _variant(variant: Variant | None, suffix: str) -> dict[str, Any]:
    """Return one picture and its fidelity under the contract's names; null for what was not made."""
    metrics = None
    if variant and variant.metrics:
        metrics = {**asdict(variant.metrics), "pixel_fidelity": variant.pixel_fidelity}
    return {
        f"result{suffix}_base64": to_base64(variant.jpeg) if variant else None,
        f"fidelity_viz{suffix}_base64": to_base64(variant.fidelity_jpeg) if variant and variant.fidelity_jpeg else None,
        f"metrics{suffix}": metrics,
    }


def _decoded(studio: Studio, files: Files) -> tuple[Photo, Plane]:
    (picture, picture_field), (mask, mask_field) = files
    photo = studio.photo(picture, picture_field)
    height, width = photo.pixels.shape[:2]
    return photo, decode_mask(mask, field=mask_field, size=(width, height))


def _strokes(studio: Studio, body: SeedRefine | DeployedRefine, photo: Photo) -> list[Stroke]:
    if isinstance(body, DeployedRefine):
        return [
            Stroke(studio.inside(stroke.points, photo, f"brush_strokes.{place}.points"), stroke.mode, stroke.radius)
            for place, stroke in enumerate(body.brush_strokes)
        ]
    height, width = photo.pixels.shape[:2]
    return [
        Stroke([(x * width, y * height) for x, y in stroke.points], stroke.mode, radius_px(stroke.size, width))
        for stroke in body.strokes
    ]


def _size(files: Files) -> int:
    return sum(len(data) for data, _ in files)


async def _read_refine(studio: Studio, body: SeedRefine | DeployedRefine) -> Files:
    if isinstance(body, SeedRefine):
        return await _named(studio, body.image_uri, body.mask_uri)
    return await _carried(
        studio,
        (body.original_image_base64, "original_image_base64"),
        (body.current_mask_base64, "current_mask_base64"),
    )


async def _read_generate(studio: Studio, body: SeedGenerate | DeployedGenerate) -> Files:
    if isinstance(body, SeedGenerate):
        return await _named(studio, body.image_uri, body.mask_uri)
    return await _carried(studio, (body.image_base64, "image_base64"), (body.mask_base64, "mask_base64"))


async def _named(studio: Studio, image_uri: str, mask_uri: str) -> Files:
    limit = studio.settings.max_work_pixels
    image = await studio.pictures.named(image_uri, "image_uri", max_px=limit)
    return (image, "image_uri"), (await studio.pictures.named(mask_uri, "mask_uri", max_px=limit), "mask_uri")


async def _carried(studio: Studio, image: tuple[str, str], mask: tuple[str, str]) -> Files:
    limit = studio.settings.max_work_pixels
    (image_text, image_field), (mask_text, mask_field) = image, mask
    picture = await studio.pictures.carried(image_text, image_field, max_px=limit)
    return (picture, image_field), (await studio.pictures.carried(mask_text, mask_field, max_px=limit), mask_field)

"""Pictures and results of try-ons for the tests, with real bytes in the store."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from blocks.artifacts import Artifact, ArtifactStore
from flows.contracts import FidelityMetrics, Padding, TryOnPreprocessResult, TryOnResult
from tasks.domain.try_on.failures import TryOnFailure

WIDTH_PX, HEIGHT_PX = 300, 400
POINT = {"x": 0.5, "y": 0.3, "label": 1}
STROKE = {"points": [{"x": 0.5, "y": 0.5}, {"x": 0.52, "y": 0.51}], "mode": "add", "size": 20}
SMALL = (WIDTH_PX, HEIGHT_PX)


def picture(kind: str = "JPEG", size: tuple[int, int] = SMALL, colour: tuple[int, int, int] = (200, 150, 90)) -> bytes:
    """Return a picture's bytes."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def half_mask(size: tuple[int, int] = SMALL) -> bytes:
    """Return a PNG whose left half is white."""
    mask = np.zeros((size[1], size[0]), np.uint8)
    mask[:, : size[0] // 2] = 255
    out = io.BytesIO()
    Image.fromarray(mask).save(out, "PNG")
    return out.getvalue()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def photo_body(**fields: Any) -> dict[str, Any]:
    """Return the body of a start or a preprocess."""
    return {"originalImageBase64": encoded(picture()), "maskPoints": [POINT]} | fields


async def generate_body(store: ArtifactStore, **fields: Any) -> dict[str, Any]:
    """Return the body of a generate, its pictures stored."""
    image, mask = await store.write(picture()), await store.write(half_mask())
    return {"imageUri": image.uri, "maskUri": mask.uri} | fields


async def a_try_on(store: ArtifactStore, **changes: Any) -> TryOnResult:
    """Return a success without a second variant."""
    return TryOnResult(
        success=True,
        original=await store.write(picture()),
        resized=await store.write(picture("PNG")),
        mask=await store.write(half_mask()),
        background_removed=True,
        flux=await _stored(store, (1, 2, 3)),
        flux_metrics=FidelityMetrics(precision=0.98, recall=0.95, iou=0.92, growth_ratio=1.02),
        flux_fidelity=await _stored(store, (4, 5, 6)),
        engines={"GENERATING_IMAGES": "classical"},
        warnings=["a warning"],
    ).model_copy(update=changes)


async def a_mask(store: ArtifactStore) -> TryOnPreprocessResult:
    """Return a prepared photo whose background was kept."""
    return TryOnPreprocessResult(
        success=True,
        original=await store.write(picture()),
        resized=await store.write(picture("PNG")),
        mask=await store.write(half_mask()),
        padding=Padding(left=50, right=50),
        scaled_points=[(1000.0, 800.1)],
        engines={"GENERATING_MASK": "classical"},
    )


def a_failure() -> TryOnResult:
    """Return what is left of a try-on whose A100 server was offline."""
    failure = TryOnFailure(
        code="A100_UNAVAILABLE",
        message="A100 server is offline",
        failed_step="GENERATING_IMAGES",
        retry_count=0,
        is_retryable=True,
    )
    return TryOnResult(success=False, failure=failure)


async def _stored(store: ArtifactStore, colour: tuple[int, int, int]) -> Artifact:
    return await store.write(picture(colour=colour))

"""What a flow of the image pipeline writes down, as the contracts' tests need it."""

import io
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from blocks.artifacts import ArtifactStore
from blocks.images.gallery import Gallery, GalleryEntry
from flows.contracts.images import EndpointName, EndpointStatus, ImageRound, ImagesResult, RoundPicture, WriterStatus

FIRST, SECOND = (EndpointName(ip="10.0.0.7", port=2222, name=f"Endpoint {number}") for number in (1, 2))
SCENE: dict[str, Any] = {
    "scene": "A barn in fog.",
    "subjects": [{"description": "a barn", "position": "left", "color_palette": ["red"]}],
    "style": "documentary",
    "color_palette": ["red", "grey", "white"],
    "lighting": "overcast",
    "mood": "calm",
}


def picture(form: str = "PNG", side: int = 64, color: tuple[int, int, int] = (200, 80, 40)) -> bytes:
    """Return the file of a picture of one colour."""
    data = io.BytesIO()
    Image.new("RGB", (side, side), color).save(data, form)
    return data.getvalue()


def made(endpoint: EndpointName = FIRST, **fields: Any) -> RoundPicture:
    """Return a picture that an endpoint made."""
    stats = {"filename": "a.png", "seed": 7}
    given = {"prompt_used": "a barn", "filename": "gen_10_0_0_7_a.png", "stats": stats, "duration": 1.5}
    return RoundPicture(success=True, endpoint=endpoint, **given | fields)


def failed(endpoint: EndpointName = SECOND, error: str | None = "image endpoint: cannot be read") -> RoundPicture:
    """Return why an endpoint made none."""
    return RoundPicture(success=False, endpoint=endpoint, prompt_used="a barn", error=error)


def done(number: int = 1, *images: RoundPicture) -> ImageRound:
    """Return a finished round."""
    return ImageRound(
        number=number,
        prompt="a barn",
        endpoint_prompts={"Endpoint 1": "a barn", "Endpoint 2": "a barn"},
        guidance_scale=3.5,
        strength=0.75,
        steps=25,
        images=list(images) or [made(), failed()],
    )


def under_way(**fields: Any) -> ImagesResult:
    """Return a job in its second round."""
    given: dict[str, Any] = {
        "current_run": 2,
        "current_prompt": "a barn",
        "endpoint_prompts": {"Endpoint 1": "a barn"},
        "endpoint_status": {"Endpoint 1": EndpointStatus(state="generating", start_time=1767225600.0)},
        "llm_status": WriterStatus(state="done", model="offline", source="offline", mode="text"),
        "rounds": [done()],
    }
    return ImagesResult(**given | fields)


async def in_gallery(store: ArtifactStore, name: str, minute: int = 0, **fields: Any) -> GalleryEntry:
    """Put a picture into the gallery."""
    large, small = picture(side=64), picture("JPEG", side=16)
    given: dict[str, Any] = {
        "filename": name,
        "picture": await store.write(large),
        "thumbnail": await store.write(small),
        "created": datetime(2026, 1, 1, 12, minute, tzinfo=UTC),
        "width_px": 64,
        "height_px": 64,
        "prompt": "a barn",
        "endpoint": "Endpoint 1",
        "seed": 7,
    }
    return await Gallery(store).add(GalleryEntry(**given | fields))

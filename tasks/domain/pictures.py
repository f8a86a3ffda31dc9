"""Pictures and other bytes from outside: what they are, told from the bytes and never from a name."""

import io
import json
from typing import Any

from PIL import Image, ImageOps
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tasks.domain.errors import InvalidInput
from tasks.domain.images.opening import DAMAGE, open_picture

MAX_PICTURE_BYTES = 10 * 1024 * 1024
MAX_PICTURE_PIXELS = 64_000_000  # a 64 MP photo decodes to 192 MB; anything larger is a bomb or a mistake
MODEL_EDGE_PX = 1568  # above this long side Claude scales a picture down itself, so more would only cost upload

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"glTF", "model/gltf-binary"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)


class Picture(BaseModel):
    """A picture that every language model takes: upright, JPEG or PNG, long side at most `MODEL_EDGE_PX`.

    Made from any picture's bytes; raises InvalidInput when `data` is none. The media type given is not believed.
    """

    model_config = ConfigDict(frozen=True)

    media_type: str
    data: bytes = Field(repr=False)
    width_px: int = Field(0, ge=0, description="Measured when not given")
    height_px: int = Field(0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("data"), bytes) and not given.get("width_px"):
            return _for_models(given["data"])
        return given

    @classmethod
    def from_bytes(cls, data: bytes) -> "Picture":
        """Decode, turn upright and shrink `data`."""
        return cls(media_type=sniff(data), data=data)


def sniff(data: bytes, *, complete: bool = True) -> str:
    """Return the media type of `data`, `application/octet-stream` when nothing fits.

    `complete` is False when `data` is only the head of something longer: a cut JSON document then counts as text.
    """
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return _sniff_text(data, complete)


def check_picture(data: bytes, *, field: str = "image", max_bytes: int = MAX_PICTURE_BYTES) -> str:
    """Return the media type of the picture in `data`, without decoding its pixels.

    Raises InvalidInput naming `field` when it is too large, cut off in its header, or none of the formats that
    `open_picture` takes.
    """
    if len(data) > max_bytes:
        raise InvalidInput(field, f"{len(data)} bytes; at most {max_bytes} are taken")
    open_picture(data, field=field, max_px=MAX_PICTURE_PIXELS).close()
    return sniff(data)


def _for_models(data: bytes) -> dict[str, Any]:
    image = _upright(open_picture(data, field="image", max_px=MAX_PICTURE_PIXELS), "image")
    image.thumbnail((MODEL_EDGE_PX, MODEL_EDGE_PX), Image.Resampling.LANCZOS, reducing_gap=3)
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    out = io.BytesIO()
    if transparent:
        image.convert("RGBA").save(out, "PNG")
    else:
        image.convert("RGB").save(out, "JPEG", quality=90)
    media_type = "image/png" if transparent else "image/jpeg"
    return {"media_type": media_type, "data": out.getvalue(), "width_px": image.width, "height_px": image.height}


def _upright(image: Image.Image, field: str) -> Image.Image:
    try:
        if image.mode.startswith("I;16"):  # convert() would clip 16-bit grey to white instead of scaling it
            image = image.point(lambda value: value / 257).convert("L")
        return ImageOps.exif_transpose(image)
    except DAMAGE as error:
        raise InvalidInput(field, "the picture is cut off or damaged") from error


def _sniff_text(data: bytes, complete: bool) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        if complete or error.start < len(data) - 4:
            return "application/octet-stream"
        text = data[: error.start].decode()
    if not text or "\x00" in text:
        return "application/octet-stream"
    return "application/json" if complete and _is_json_document(text) else "text/plain"


def _is_json_document(text: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True

"""The camera's own data of a picture: read with distrust, and put into words."""

import math
import re
from collections.abc import Mapping
from typing import Any

from PIL.ExifTags import IFD, TAGS

from tasks.domain.images.opening import DAMAGE, open_picture
from tasks.domain.pictures import MAX_PICTURE_PIXELS
from tasks.domain.scenes.scene import Camera

WANTED = {
    "Make", "Model", "LensModel", "FNumber", "ISOSpeedRatings", "PhotographicSensitivity", "ExposureTime",
    "FocalLength", "FocalLengthIn35mmFilm", "DateTimeOriginal",
}  # fmt: skip
MAX_NAME = 80
MAX_ISO = 10_000_000
_MOMENT = re.compile(r"(\d{4}):(\d{2}):(\d{2}) (\d{2}):(\d{2})")


def read_exif(data: bytes) -> dict[str, Any]:
    """Return the tags that tell about camera and exposure by name; nothing where they are absent or damaged.

    Raises InvalidInput when `data` is no picture. Where the photo was taken is never read.
    """
    image = open_picture(data, field="picture", max_px=MAX_PICTURE_PIXELS)
    try:
        exif = image.getexif()
        tags = dict(exif) | dict(exif.get_ifd(IFD.Exif))
    except DAMAGE:
        return {}
    return {TAGS[number]: value for number, value in tags.items() if TAGS.get(number) in WANTED}


def camera_of(exif: Mapping[str, Any]) -> Camera:
    """Return what the tags tell; what is absent or nonsense stays empty."""
    aperture, seconds, iso = (_positive(exif.get(name)) for name in ("FNumber", "ExposureTime", "ISOSpeedRatings"))
    iso = iso or _positive(exif.get("PhotographicSensitivity"))
    return Camera(
        lens=_lens(exif),
        f_number=f"f/{aperture:.3g}" if aperture else "",
        iso=round(iso) if iso and 1 <= iso <= MAX_ISO else None,
        shutter_speed=_shutter(seconds) if seconds else "",
    )


def made_by(exif: Mapping[str, Any]) -> str:
    """Return the camera's make and model."""
    make, model = _name(exif.get("Make")), _name(exif.get("Model"))
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def taken_at(exif: Mapping[str, Any]) -> tuple[str, str]:
    """Return year and time of day by the camera's clock, both empty where it says nothing sensible."""
    found = _MOMENT.match(str(exif.get("DateTimeOriginal", "")))
    if not found or not (1 <= int(found[2]) <= 12 and int(found[4]) < 24 and int(found[5]) < 60):
        return "", ""
    return found[1], f"{found[4]}:{found[5]}"


def _lens(exif: Mapping[str, Any]) -> str:
    length, equivalent = _positive(exif.get("FocalLength")), _positive(exif.get("FocalLengthIn35mmFilm"))
    parts = [f"{length:.3g} mm"] if length else []
    if equivalent and (not length or round(equivalent) != round(length)):
        parts.append(f"as {equivalent:.3g} mm on 35 mm film")
    if name := _name(exif.get("LensModel")):
        parts.append(name)
    return ", ".join(parts)


def _shutter(seconds: float) -> str:
    return f"1/{round(1 / seconds)} s" if seconds < 0.3 else f"{seconds:.3g} s"


def _positive(value: Any) -> float | None:
    """Return `value` as a number above 0, the first of several, or None."""
    first = value[0] if isinstance(value, tuple | list) and value else value
    try:
        number = float(first)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def _name(value: Any) -> str:
    """Return `value`'s printable characters, not too many."""
    text = value.decode("ascii", "ignore") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:MAX_NAME]

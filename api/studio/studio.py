"""What the four services share: settings, engines, the workbench and the pictures."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from api.studio.engines import Engines
from api.studio.pictures import Pictures
from api.studio.settings import StudioSettings
from api.studio.workbench import Workbench
from tasks.domain.errors import InvalidInput
from tasks.domain.images.decoding import Photo, Pixels, decode

CLASSICAL = "classical"


@dataclass(frozen=True)
class Studio:
    """One studio; `close` ends its threads."""

    settings: StudioSettings
    engines: Engines
    pictures: Pictures

    @cached_property
    def workbench(self) -> Workbench:
        """Where all four services have their work done."""
        return Workbench(self.settings)

    def photo(self, data: bytes, field: str) -> Photo:
        """Decode a picture that an engine works on; raises InvalidInput naming `field`."""
        return decode(data, field=field, max_px=self.settings.max_work_pixels)

    def inside(self, points: list[tuple[float, float]], photo: Photo, field: str) -> list[tuple[float, float]]:
        """Return `points`, those on the far edges moved onto the last pixel; raises InvalidInput for one outside."""
        height, width = photo.pixels.shape[:2]
        for x, y in points:
            if x > width or y > height:
                raise InvalidInput(field, f"({x:g}, {y:g}) lies outside the picture of {width} × {height} pixels")
        return [(min(x, width - 1), min(y, height - 1)) for x, y in points]


def flat(photo: Photo) -> Pixels:
    """Return the pixels with nothing transparent: what was cut away becomes its own median colour.

    So an engine sees the background removed, and no edge that the picture did not have.
    """
    if photo.alpha is None:
        return photo.pixels
    removed = photo.pixels[photo.alpha < 128]
    colour = np.median(removed, axis=0) if len(removed) else np.full(3, 255)
    share = photo.alpha[..., None].astype(np.float32) / 255
    flattened = photo.pixels * share + colour.astype(np.float32) * (1 - share)
    return flattened.round().astype(np.uint8)

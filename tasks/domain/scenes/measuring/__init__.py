"""What can be measured of a picture without a model: colours, light, arrangement, sharpness, the camera's own data."""

from tasks.domain.scenes.measuring.describing import measure_scene
from tasks.domain.scenes.measuring.exif import read_exif

__all__ = ["measure_scene", "read_exif"]

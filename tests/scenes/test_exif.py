"""The camera's data in a file: what is sensible is told, what is absent, odd or private is not."""

import io
import math

import numpy as np
import pytest
from PIL import ExifTags, Image

from tasks.domain.errors import InvalidInput
from tasks.domain.scenes.measuring import measure_scene, read_exif
from tasks.domain.scenes.measuring.describing import NO_CAMERA_DATA

PIXELS = np.full((60, 90, 3), 120, np.uint8)
TAKEN = {
    "FNumber": 2.8,
    "ExposureTime": 0.004,
    "ISOSpeedRatings": 400,
    "FocalLength": 85.0,
    "LensModel": "85mm F1.8",
    "DateTimeOriginal": "2021:06:05 18:42:10",
}


def photo(**tags: object) -> bytes:
    """A JPEG with those tags, and the place where it was taken."""
    numbers = {name: number for number, name in ExifTags.TAGS.items()}
    exif = Image.Exif()
    exif[numbers["Make"]], exif[numbers["Model"]] = "Canon", "Canon EOS R5"
    exif.get_ifd(ExifTags.IFD.Exif).update({numbers[name]: value for name, value in tags.items()})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (52.0, 30.0, 0.0)})
    out = io.BytesIO()
    Image.fromarray(PIXELS).save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_the_cameras_data_are_told():
    """Lens, aperture, ISO, shutter, the clock's year and hour, the camera; and no warning that they are missing."""
    scene = measure_scene(PIXELS, exif=read_exif(photo(**TAKEN)))
    camera = scene.camera
    assert (camera.lens, camera.f_number, camera.iso, camera.shutter_speed) == (
        "85 mm, 85mm F1.8",
        "f/2.8",
        400,
        "1/250 s",
    )
    assert (scene.era, scene.time_weather) == ("2021, by the camera's clock", "18:42 by the camera's clock")
    assert scene.film_stock == "digital, Canon EOS R5"
    assert scene.style.startswith("photograph")
    assert NO_CAMERA_DATA not in scene.analysis.warnings


def test_the_place_is_not_read():
    """Where somebody took a photo is nobody's business."""
    assert not any("GPS" in name for name in read_exif(photo(**TAKEN)))


def test_long_exposures_are_in_seconds():
    """And a phone's focal length is told with what it amounts to."""
    exif = read_exif(photo(ExposureTime=2.5, FocalLength=4.2, FocalLengthIn35mmFilm=26))
    camera = measure_scene(PIXELS, exif=exif).camera
    assert (camera.shutter_speed, camera.lens) == ("2.5 s", "4.2 mm, as 26 mm on 35 mm film")


@pytest.mark.parametrize(
    "exif",
    [
        {},
        {"FNumber": 0, "ExposureTime": -1, "ISOSpeedRatings": 10**12, "FocalLength": math.nan},
        {"FNumber": "wide", "ExposureTime": (), "ISOSpeedRatings": None, "FocalLength": math.inf},
        {"DateTimeOriginal": "0000:00:00 00:00:00", "LensModel": b"\xff\x00"},
        {"DateTimeOriginal": "2021:06:05 99:42:10", "Model": 7, "Make": None},
    ],
)
def test_nonsense_is_left_out(exif: dict):
    """Zeros, words, dates that never were: nothing is told of them, and the missing data are warned of."""
    scene = measure_scene(PIXELS, exif=exif)
    assert (scene.camera.lens, scene.camera.f_number, scene.camera.iso, scene.camera.shutter_speed) == (
        "",
        "",
        None,
        "",
    )
    assert (scene.era, scene.time_weather, scene.film_stock) == ("", "", "")
    assert NO_CAMERA_DATA in scene.analysis.warnings


def test_names_are_bounded_and_printable():
    """A maker's name is text from outside."""
    exif = {"Make": "x\n\x00\x1b[31m" + "y" * 5000, "Model": ""}
    stock = measure_scene(PIXELS, exif=exif).film_stock
    assert stock.isprintable()
    assert len(stock) < 120


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow tells of what is damaged
@pytest.mark.parametrize("cut", [30, 40, 60, 120])
def test_damaged_data_are_none(cut: int):
    """Offsets that lead nowhere do not fail the analysis."""
    data = bytearray(photo(**TAKEN))
    start = data.index(b"Exif\x00\x00") + cut
    data[start : start + 40] = b"\xff" * 40
    assert isinstance(read_exif(bytes(data)), dict)


def test_a_picture_without_data_has_none():
    """A PNG of pixels; and no picture is the caller's mistake."""
    out = io.BytesIO()
    Image.fromarray(PIXELS).save(out, "PNG")
    assert read_exif(out.getvalue()) == {}
    with pytest.raises(InvalidInput, match="picture"):
        read_exif(b"no picture")

"""Small pictures for tests: a golden bar on a blue ground, its mask, and what services make of them."""

import io

from PIL import Image, ImageDraw

from blocks.artifacts import Artifact, ArtifactStore

SIZE = (30, 40)
BAR = (9, 12, 20, 27)  # of the jewelry: left, top, right, bottom, inclusive
ON_BAR, BESIDE = (0.5, 0.5), (0.1, 0.1)


def encoded(image: Image.Image, form: str) -> bytes:
    """Return `image` as bytes."""
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def photo(seed: int = 0, size: tuple[int, int] = SIZE) -> bytes:
    """Return a photo as JPEG; every `seed` gives another one, so that no test finds another's cached results."""
    image = Image.new("RGB", size, (20, 30, 90 + seed % 100))
    ImageDraw.Draw(image).rectangle(BAR, fill=(220, 180, 40 + seed // 100))
    return encoded(image, "JPEG")


def mask(jewelry: int = 255, ground: int = 0, size: tuple[int, int] = SIZE) -> bytes:
    """Return the mask of the bar as PNG."""
    image = Image.new("L", SIZE, ground)
    ImageDraw.Draw(image).rectangle(BAR, fill=jewelry)
    return encoded(image.resize(size, Image.Resampling.NEAREST), "PNG")


def cutout() -> bytes:
    """Return the photo without its background as PNG."""
    image = Image.open(io.BytesIO(photo())).convert("RGB")
    image.putalpha(Image.open(io.BytesIO(mask())))
    return encoded(image, "PNG")


def flat(colour: tuple[int, int, int], form: str = "JPEG") -> bytes:
    """Return a picture of one colour."""
    return encoded(Image.new("RGB", SIZE, colour), form)


async def opened(store: ArtifactStore, picture: Artifact) -> Image.Image:
    """Return the stored picture."""
    return Image.open(io.BytesIO(await store.read(picture)))

"""The offline illustrator in a real Prefect, with Blender: honest about what it is, and the same for the same seed."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tasks.domain.concepts.offline_illustrator import DRAWN_OFFLINE, NOT_CUT_OUT, RINGS_ONLY, WORDS_UNREAD
from tests.image_models.fakes import picture

pytestmark = pytest.mark.usefixtures("prefect")


async def pixels_of(runs, artifact) -> np.ndarray:
    image = Image.open(BytesIO(await runs.store.read(artifact)))
    assert (image.format, image.size) == ("PNG", (1024, 1024))
    return np.asarray(image.convert("RGB")).astype(int)


async def test_words_become_photographed_rings(runs, configure, blender_block):
    """Without a key rings are drawn, and said to be that; what a ring cannot have is told; a style is followed.

    The second run with the same seed gives the same pictures without drawing them.
    """
    configure(ATELIER_IMAGE_OFFLINE_PX=160)
    wish = {"prompt": "a golden fox statue", "style": "vintage", "n": 2, "seed": 5}
    state, result = await runs.made(**wish)
    assert (state.name, result.provider, result.model_id) == ("Completed", "offline", "offline illustrator: rings")
    assert result.prompt == "a golden fox statue, vintage"
    assert result.warnings[:2] == [DRAWN_OFFLINE, RINGS_ONLY]
    assert any("'fox'" in warning for warning in result.warnings)
    assert result.cost_summary.calls == 0
    first, second = [await pixels_of(runs, concept) for concept in result.concepts]
    for pixels in (first, second):
        assert min(pixels[0].min(), pixels[:, 0].min(), pixels[:, -1].min()) > 215  # light all around
        assert (pixels[150:850, 150:850].min(axis=2) < 150).mean() > 0.02  # and a ring in the middle
    assert np.abs(first - second).mean() > 2
    _, again = await runs.made(**wish)
    assert again.concepts == result.concepts
    assert again.timings_s["total"] < result.timings_s["total"]


async def test_a_picture_becomes_product_pictures(runs, store):
    """The thing of the photo in another light, n times; nobody reads the words, and the result says so."""
    scene = Image.new("RGB", (300, 240), (70, 90, 120))
    ImageDraw.Draw(scene).ellipse((100, 70, 199, 169), fill=(200, 40, 40))
    out = BytesIO()
    scene.save(out, "PNG")
    start = await store.write(out.getvalue())
    state, result = await runs.made(picture=start, prompt="in blue", style="lowpoly", n=3)
    assert (state.name, result.model_id) == ("Completed", "offline illustrator: photo")
    assert result.warnings[:2] == [DRAWN_OFFLINE, WORDS_UNREAD]
    assert "style lowpoly is not followed" in result.warnings[2]
    assert len({concept.sha256 for concept in result.concepts}) == 3
    for concept in result.concepts:
        pixels = await pixels_of(runs, concept)
        assert pixels[0, 0].min() > 215
        red, _, blue = pixels[500, 512]
        assert red > 150 > blue


async def test_a_picture_without_a_subject_is_taken_whole(runs, store):
    """Nothing stands out of an even picture: it is shown as it is, with a warning."""
    _, result = await runs.made(picture=await store.write(picture("teal")), n=1)
    assert NOT_CUT_OUT in result.warnings
    assert result.success

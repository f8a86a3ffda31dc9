"""FLUX Fill: the published pipeline from prompt to picture, and what is asked of it."""

import json
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from api.studio.models.device import Accelerator, Model
from api.studio.models.flux_fill import SERVICE, FluxFill
from api.studio.models.settings import ModelSettings
from api.studio.models.weights import EngineMissing
from tasks.domain.errors import InvalidInput
from tasks.domain.images.decoding import decode

NECKLACE = {"jewelry_type": "necklace", "gender": "female"}


@dataclass
class Whole:
    """A segmenter that takes everything for jewelry, and remembers where it was told to look."""

    name: str = "whole"
    clicks: list[Any] = field(default_factory=list)

    def segment(self, pixels: np.ndarray, foreground: Any, background: Any) -> np.ndarray:
        self.clicks.append((pixels.shape, list(foreground), list(background)))
        return np.ones(pixels.shape[:2], bool)


@dataclass
class Recorder:
    """Stands where the loaded pipeline does: keeps what it was asked, and paints everything gray."""

    asked: dict[str, Any] = field(default_factory=dict)

    def __call__(self, **asked: Any) -> SimpleNamespace:
        self.asked = asked
        return SimpleNamespace(images=[Image.new("RGB", asked["image"].size, (128, 128, 128))])


@pytest.fixture(scope="module")
def engine(settings: ModelSettings, accelerator: Accelerator) -> FluxFill:
    return FluxFill.open(settings, accelerator, Whole())


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def recorded(engine: FluxFill, recorder: Recorder) -> FluxFill:
    return replace(engine, model=Model(SERVICE, lambda: recorder))


def test_the_same_seed_paints_the_same_picture(engine: FluxFill, photo: np.ndarray, mask: np.ndarray) -> None:
    """A run can be repeated; another seed paints another picture, of the photo's size."""
    once, again = (engine.paint(photo, mask, **NECKLACE) for _ in range(2))
    other = replace(engine, settings=engine.settings.model_copy(update={"seed": 1}))
    assert once.shape == photo.shape
    assert (once == again).all()
    assert (once != other.paint(photo, mask, **NECKLACE)).any()


def test_the_prompt_reaches_both_text_encoders(engine: FluxFill, photo: np.ndarray, mask: np.ndarray) -> None:
    """Another gender is another prompt, and so another picture: tokenizers and encoders are the pipeline's own."""
    women, men = (engine.paint(photo, mask, jewelry_type="necklace", gender=who) for who in ("female", "male"))
    assert (women != men).any()


def test_the_jewelry_is_kept_to_the_pixel(engine: FluxFill, photo: np.ndarray, mask: np.ndarray) -> None:
    """What FLUX paints is seen everywhere but on the jewelry; JPEG alone changes that, by little."""
    smooth = np.full_like(photo, 90)
    made = engine.generate(smooth, mask, **NECKLACE, scaled_points=[(30.0, 40.0)], second=False)
    seen = decode(made.first.jpeg).pixels.astype(int)
    painted = engine.paint(smooth, mask, **NECKLACE).astype(int)
    assert abs(seen[34:46, 24:36] - 90).mean() < 8
    assert abs(painted[:16] - 90).mean() > 20, "the painted scene must differ, or this proves nothing"
    assert abs(seen[:16] - painted[:16]).mean() < abs(painted[:16] - 90).mean() / 2
    assert made.first.pixel_fidelity is not None
    assert made.first.pixel_fidelity < 12
    assert made.second is None


def test_flux_paints_where_there_is_no_jewelry(
    recorded: FluxFill, recorder: Recorder, photo: np.ndarray, mask: np.ndarray
) -> None:
    """White in FLUX's mask is painted, so the jewelry is black in it; sizes, prompt and numbers are the settings'."""
    recorded.paint(photo, mask, **NECKLACE)
    asked = recorder.asked
    replaced = np.asarray(asked["mask_image"])
    assert set(np.unique(replaced)) == {0, 255}
    assert (replaced[26:38, 18:30] == 0).all()  # the jewelry, at 48 × 64
    assert (replaced[:20] == 255).all()
    assert (asked["width"], asked["height"]) == asked["image"].size == asked["mask_image"].size == (48, 64)
    assert asked["prompt"] == recorded.settings.prompt("necklace", "female")
    assert (asked["guidance_scale"], asked["num_inference_steps"], asked["max_sequence_length"]) == (30, 2, 32)


def test_other_jewelry_is_painted_at_its_own_size(
    recorded: FluxFill, recorder: Recorder, photo: np.ndarray, mask: np.ndarray
) -> None:
    """Necklaces have a size, all others another, in the picture's shape: as many pixels, on FLUX's grid."""
    recorded.paint(photo, mask, jewelry_type="ring", gender="male")
    assert recorder.asked["image"].size == (48, 80)  # 64 × 64 pixels, as high as 60 × 80 is


def test_a_thin_chain_is_kept(recorded: FluxFill, recorder: Recorder) -> None:
    """A line that is half a pixel wide at FLUX's size is no place to paint."""
    photo, mask = np.zeros((640, 480, 3), np.uint8), np.zeros((640, 480), np.uint8)
    mask[300:305] = 255
    recorded.paint(photo, mask, **NECKLACE)
    assert (np.asarray(recorder.asked["mask_image"]) == 0).sum() >= 48


def test_metrics_come_from_the_given_segmenter(recorded: FluxFill, photo: np.ndarray, mask: np.ndarray) -> None:
    """The jewelry is sought again by the studio's segmenter, with clicks in pixels that lie on it, in both pictures."""
    segmenter = Whole()
    engine = replace(recorded, segmenter=segmenter)
    made = engine.generate(photo, mask, **NECKLACE, scaled_points=[(30.0, 40.0)], second=True)
    for variant in (made.first, made.second):
        assert variant is not None
        assert variant.metrics is not None
        assert variant.metrics.recall == 1
        assert variant.metrics.growth_ratio == pytest.approx(mask.size / (mask >= 128).sum())
        assert variant.fidelity_jpeg is not None
    assert len(segmenter.clicks) == 2
    for shape, on, off in segmenter.clicks:
        assert shape == photo.shape
        assert off
        assert (30.0, 40.0) in [(round(x, 6), round(y, 6)) for x, y in on]
        assert all(mask[int(y), int(x)] >= 128 for x, y in on)


def test_no_clicks_no_metrics(recorded: FluxFill, photo: np.ndarray, mask: np.ndarray) -> None:
    """The contract measures only when scaled points are given."""
    made = recorded.generate(photo, mask, **NECKLACE, scaled_points=[], second=True)
    assert made.first.metrics is None
    assert made.second is not None
    assert made.second.metrics is None


def test_a_mask_without_jewelry_is_refused(recorded: FluxFill, recorder: Recorder, photo: np.ndarray) -> None:
    """Nothing is painted for an empty mask."""
    with pytest.raises(InvalidInput, match="mask"):
        recorded.generate(photo, np.zeros(photo.shape[:2], np.uint8), **NECKLACE, scaled_points=[], second=False)
    assert recorder.asked == {}


def test_a_pipeline_without_a_part_is_missing(
    flux_folder: Path, settings: ModelSettings, accelerator: Accelerator, tmp_path: Path
) -> None:
    """A download that was cut off is found when the studio starts, not with the first picture."""
    whole = tmp_path / "whole"
    shutil.copytree(flux_folder, whole)
    index = {"weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors"}}
    (whole / "transformer" / "x.safetensors.index.json").write_text(json.dumps(index))
    (whole / "transformer" / "part-1.safetensors").touch()
    cut = settings.model_copy(update={"flux": str(whole)})
    with pytest.raises(EngineMissing, match=r"lacks transformer/part-2\.safetensors"):
        FluxFill.open(cut, accelerator, Whole())
    shutil.rmtree(whole / "vae")
    (whole / "transformer" / "x.safetensors.index.json").unlink()
    with pytest.raises(EngineMissing, match="lacks vae"):
        FluxFill.open(cut, accelerator, Whole())

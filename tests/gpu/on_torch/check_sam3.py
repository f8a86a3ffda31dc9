"""SAM3: clicks in, mask out, with the tracker's weights taken from the published kind of checkpoint."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch.nn.functional import interpolate

from api.studio.models import sam3
from api.studio.models.device import Accelerator
from api.studio.models.sam3 import Sam3
from api.studio.models.settings import ModelSettings
from tasks.domain.errors import UpstreamError
from tests.gpu.on_torch import tiny_sam3

ON, OFF = [(20.0, 30.0), (41.0, 66.0)], [(5.0, 70.0)]


def by_hand(folder: Path, photo: np.ndarray, clicks: list[tuple[float, float]], labels: list[int], *, scaled=True):
    """Masks at the photo's size and the model's own estimates of them, without its processor."""
    model, _ = sam3.load(folder, "cpu")
    side = tiny_sam3.SIZE_PX
    resized = Image.fromarray(photo).resize((side, side), Image.Resampling.BILINEAR)
    levels = torch.from_numpy(np.asarray(resized, np.float32).transpose(2, 0, 1) / 127.5 - 1)[None]
    height, width = photo.shape[:2]
    across, down = (side / width, side / height) if scaled else (1, 1)
    points = torch.tensor([[[[x * across, y * down] for x, y in clicks]]])
    with torch.inference_mode():
        seen = model(
            pixel_values=levels,
            input_points=points,
            input_labels=torch.tensor([[labels]]),
            multimask_output=len(clicks) == 1,
        )
    masks = interpolate(seen.pred_masks[0], (height, width), mode="bilinear")[0] > 0
    return masks.numpy(), seen.iou_scores[0, 0]


@pytest.fixture(scope="module")
def engine(settings: ModelSettings, accelerator: Accelerator) -> Sam3:
    return Sam3.open(settings, accelerator)


def test_clicks_are_pixels_of_the_picture(engine: Sam3, sam3_folder: Path, photo: np.ndarray) -> None:
    """The mask is what the model makes of clicks scaled from the picture's own pixels, width and height apart."""
    (expected,), _ = by_hand(sam3_folder, photo, ON + OFF, [1, 1, 0])
    (unscaled,), _ = by_hand(sam3_folder, photo, ON + OFF, [1, 1, 0], scaled=False)
    mask = engine.segment(photo, ON, OFF)
    assert mask.shape == photo.shape[:2]
    assert mask.dtype == bool
    # the picture is scaled by another library here, so a pixel on the border may fall to the other side
    assert (mask == expected).mean() > 0.99
    assert (mask == unscaled).mean() < 0.95


def test_background_clicks_count_as_background(engine: Sam3, photo: np.ndarray) -> None:
    """The same click means something else when it is on the background."""
    assert (engine.segment(photo, ON + OFF, []) == engine.segment(photo, ON, OFF)).mean() < 0.95


def test_one_click_takes_the_surest_mask(engine: Sam3, sam3_folder: Path, photo: np.ndarray) -> None:
    """One click is ambiguous, so of the model's three masks the one that it is surest of is taken."""
    masks, sureness = by_hand(sam3_folder, photo, ON[:1], [1])
    agreement = [(engine.segment(photo, ON[:1], []) == mask).mean() for mask in masks]
    assert len(agreement) == 3
    assert agreement[int(sureness.argmax())] > 0.99
    assert sorted(agreement)[1] < 0.95


def test_the_tracker_is_taken_out_of_the_whole_checkpoint(sam3_folder: Path) -> None:
    """facebook/sam3 holds a detector too: the tracker gets its own weights of it, none is left to chance."""
    whole = tiny_sam3.model()
    tracker, _ = sam3.load(sam3_folder, "cpu")
    for part in ("mask_decoder", "prompt_encoder"):
        mine, theirs = getattr(tracker, part).state_dict(), getattr(whole.tracker_model, part).state_dict()
        assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    mine, theirs = (
        tracker.vision_encoder.backbone.state_dict(),
        whole.detector_model.vision_encoder.backbone.state_dict(),
    )
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)


def test_missing_weights_are_an_error(sam3_folder: Path, tmp_path: Path) -> None:
    """transformers makes up weights that a checkpoint lacks; we refuse it, and name one."""
    shutil.copytree(sam3_folder, tmp_path, dirs_exist_ok=True)
    weights = load_file(sam3_folder / "model.safetensors")
    kept = {name: weight for name, weight in weights.items() if "iou_token" not in name}
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UpstreamError, match=r"1 weights are missing, such as mask_decoder\.iou_token\.weight"):
        sam3.load(tmp_path, "cpu")

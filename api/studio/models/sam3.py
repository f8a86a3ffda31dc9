"""SAM3 finds what was clicked on: https://huggingface.co/facebook/sam3, through transformers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from api.studio.engines import Pixels, Point
from api.studio.models import weights
from api.studio.models.device import Accelerator, Model
from api.studio.models.settings import ModelSettings
from tasks.domain.errors import UpstreamError

SERVICE = "sam3"
NEEDED = ("config.json",)


@dataclass(frozen=True)
class Sam3:
    """The tracker's half of SAM3, which takes clicks, as a segmenter."""

    accelerator: Accelerator
    model: Model[tuple[Any, Any]]
    name: str = SERVICE

    @classmethod
    def open(cls, settings: ModelSettings, accelerator: Accelerator) -> "Sam3":
        """Return the engine, not loaded yet; raises EngineMissing without its weights."""
        folder = weights.find(settings.sam3, settings.sam3_revision, NEEDED, settings.cache)
        return cls(accelerator, Model(SERVICE, lambda: load(folder, accelerator.name)))

    def segment(self, pixels: Pixels, foreground: Sequence[Point], background: Sequence[Point]) -> NDArray[np.bool_]:
        """Return the mask, H×W."""
        clicks = [*foreground, *background]
        labels = [1] * len(foreground) + [0] * len(background)
        with self.accelerator.turn(self.model) as (model, processor):
            asked = processor(
                images=Image.fromarray(pixels),
                input_points=[[[list(click) for click in clicks]]],  # picture, object, click, x and y in pixels
                input_labels=[[labels]],
                return_tensors="pt",
            ).to(self.accelerator.name)
            # A single click may mean a stone, its setting or the whole piece: then the surest of several is taken.
            seen = model(**asked, multimask_output=len(clicks) == 1)
            masks = processor.post_process_masks(seen.pred_masks.cpu(), asked["original_sizes"].cpu())[0]
            best = int(seen.iou_scores[0, 0].argmax())
        mask: NDArray[np.bool_] = masks[0, best].numpy().astype(bool)
        return mask


def load(folder: Path, device: str) -> tuple[Any, Any]:
    """Return model and processor; UpstreamError when the checkpoint lacks some of the model's weights."""
    from transformers import Sam3TrackerModel, Sam3TrackerProcessor

    model, report = Sam3TrackerModel.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, output_loading_info=True
    )
    # transformers only logs it, and makes up what is missing
    if lacking := sorted(report["missing_keys"]) + sorted(map(str, report["mismatched_keys"])):
        raise UpstreamError(SERVICE, f"{folder} is no SAM3: {len(lacking)} weights are missing, such as {lacking[0]}")
    return model.eval().to(device), Sam3TrackerProcessor.from_pretrained(folder, local_files_only=True)

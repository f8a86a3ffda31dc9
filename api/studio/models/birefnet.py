"""BiRefNet tells the subject from its background: https://huggingface.co/ZhengPeng7/BiRefNet.

transformers has no BiRefNet: the repository brings its own code, which is why its revision is pinned. That code does
not call what `from_pretrained` of transformers 5 relies on ("'BiRefNet' object has no attribute
'all_tied_weights_keys'"), so its class is taken from the repository and the weights are put in here.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from api.studio.engines import Pixels
from api.studio.models import weights
from api.studio.models.device import Accelerator, Model
from api.studio.models.settings import ModelSettings
from tasks.domain.errors import UpstreamError

SERVICE = "birefnet"
CHECKPOINT = "model.safetensors"
MEAN, DEVIATION = np.array([(0.485, 0.456, 0.406), (0.229, 0.224, 0.225)], np.float32)  # ImageNet's


@dataclass(frozen=True)
class BiRefNet:
    """BiRefNet as a matting."""

    accelerator: Accelerator
    size_px: int
    model: Model[Any]
    name: str = SERVICE

    @classmethod
    def open(cls, settings: ModelSettings, accelerator: Accelerator) -> "BiRefNet":
        """Return the engine, not loaded yet; raises EngineMissing without its weights."""
        needed = ("config.json", CHECKPOINT)
        folder = weights.find(settings.birefnet, settings.birefnet_revision, needed, settings.cache)
        model = Model(SERVICE, lambda: load(folder, accelerator.name))
        return cls(accelerator, settings.birefnet_size_px, model)

    def alpha(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return how much of each pixel is subject, H×W, 0 to 1."""
        import torch
        from torch.nn.functional import interpolate

        square = Image.fromarray(pixels).resize((self.size_px, self.size_px), Image.Resampling.BILINEAR)
        levels = (np.asarray(square, np.float32) / 255 - MEAN) / DEVIATION
        with self.accelerator.turn(self.model) as model:
            batch = torch.from_numpy(levels.transpose(2, 0, 1).copy())[None].to(self.accelerator.name)
            share = model(batch)[-1].sigmoid()  # the last of its outputs is the finest
            full = interpolate(share, pixels.shape[:2], mode="bilinear", align_corners=False)
            alpha: NDArray[np.float32] = full[0, 0].clamp(0, 1).float().cpu().numpy()
        return alpha


def load(folder: Path, device: str) -> Any:
    """Return the model of the repository in `folder`; UpstreamError when code and weights do not fit together.

    It computes in float32: its deformable convolutions know no bfloat16.
    """
    from safetensors.torch import load_file
    from transformers import AutoConfig
    from transformers.dynamic_module_utils import get_class_from_dynamic_module

    reference = json.loads((folder / "config.json").read_text())["auto_map"]["AutoModelForImageSegmentation"]
    config = AutoConfig.from_pretrained(folder, trust_remote_code=True, local_files_only=True)
    model = get_class_from_dynamic_module(reference, folder, local_files_only=True)(config=config)
    try:
        model.load_state_dict(load_file(folder / CHECKPOINT))
    except RuntimeError as error:
        raise UpstreamError(SERVICE, f"the weights in {folder} are not those of its code: {error}") from error
    return model.float().eval().to(device)

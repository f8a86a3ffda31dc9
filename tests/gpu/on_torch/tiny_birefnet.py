"""A repository like BiRefNet's: a model that transformers does not know, with the code that it is made of.

Like BiRefNet's, its code reads numbers from tensors while it is built, replaces its config, and never calls
post_init: `from_pretrained` of transformers 5 does not load it.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

RED_SHARE, BIAS = 1.5, -0.25  # its logits: 1.5 × the normalised red - 0.25

CONFIG = """
from transformers import PretrainedConfig


class SubjectConfig(PretrainedConfig):
    model_type = "SegformerForSemanticSegmentation"

    def __init__(self, bb_pretrained=False, **kwargs):
        self.bb_pretrained = bb_pretrained
        super().__init__(**kwargs)
"""
CODE = """
import torch
from einops import rearrange
from kornia.filters import laplacian
from timm.models.layers import DropPath
from torch import nn
from transformers import PreTrainedModel

from .subject_config import SubjectConfig


class Settings:
    batch_size = 4


class Subject(PreTrainedModel):
    config_class = SubjectConfig

    def __init__(self, bb_pretrained=True, config=SubjectConfig()):
        super().__init__(config)
        self.config = Settings()
        self.rates = [x.item() for x in torch.linspace(0, 0.1, 3)]
        self.coarse = nn.Conv2d(3, 1, 1)
        self.fine = nn.Conv2d(3, 1, 1)

    def forward(self, x):
        return [self.coarse(x[..., ::4, ::4]), self.fine(x)]
"""


def save(folder: Path) -> Path:
    """Write the repository."""
    classes = {"AutoConfig": "subject_config.SubjectConfig", "AutoModelForImageSegmentation": "subject.Subject"}
    (folder / "config.json").write_text(json.dumps({"auto_map": classes, "bb_pretrained": False}))
    (folder / "subject_config.py").write_text(CONFIG)
    (folder / "subject.py").write_text(CODE)
    fine = torch.tensor([RED_SHARE, 0.0, 0.0]).reshape(1, 3, 1, 1)
    coarse = {"coarse.weight": torch.zeros(1, 3, 1, 1), "coarse.bias": torch.zeros(1)}
    save_file(coarse | {"fine.weight": fine, "fine.bias": torch.tensor([BIAS])}, folder / "model.safetensors")
    return folder

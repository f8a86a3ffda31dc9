"""BiRefNet: a repository's own code and weights, and what its logits become."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from api.studio.models import birefnet
from api.studio.models.birefnet import DEVIATION, MEAN, BiRefNet
from api.studio.models.device import Accelerator
from api.studio.models.settings import ModelSettings
from tasks.domain.errors import UpstreamError
from tests.gpu.on_torch.tiny_birefnet import BIAS, RED_SHARE


@pytest.fixture(scope="module")
def engine(settings: ModelSettings, accelerator: Accelerator) -> BiRefNet:
    return BiRefNet.open(settings, accelerator)


def test_alpha_is_the_sigmoid_of_the_finest_logits(engine: BiRefNet) -> None:
    """Red is normalised as ImageNet's, goes through the repository's own forward, and its last output counts."""
    picture = np.zeros((30, 50, 3), np.uint8)
    picture[:, :, 0] = 200
    logit = RED_SHARE * (200 / 255 - MEAN[0]) / DEVIATION[0] + BIAS
    alpha = engine.alpha(picture)
    assert alpha.dtype == np.float32
    assert alpha == pytest.approx(np.full((30, 50), 1 / (1 + np.exp(-logit))), abs=1e-5)


def test_alpha_lies_where_the_subject_is(engine: BiRefNet) -> None:
    """The square that the model looks at is scaled back to the picture, neither mirrored nor turned."""
    picture = np.zeros((90, 60, 3), np.uint8)
    picture[60:, :20, 0] = 255
    alpha = engine.alpha(picture)
    assert alpha.shape == (90, 60)
    assert alpha[70:, :14].min() > 0.9
    assert alpha[:50].max() < 0.1
    assert alpha[:, 28:].max() < 0.1


def test_weights_of_another_model_are_an_error(birefnet_folder: Path, tmp_path: Path) -> None:
    """Code and weights that do not fit together are refused, with the name of a weight."""
    shutil.copytree(birefnet_folder, tmp_path, dirs_exist_ok=True)
    save_file({"fine.weight": torch.zeros(1, 3, 1, 1)}, tmp_path / "model.safetensors")
    with pytest.raises(UpstreamError, match=r"fine\.bias"):
        birefnet.load(tmp_path, "cpu")

"""Models small enough for a CPU, saved to disk as their publishers save theirs, and settings that lead to them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from api.studio.models.device import Accelerator
from api.studio.models.settings import ModelSettings
from tests.gpu.on_torch import tiny_birefnet, tiny_flux, tiny_sam3

torch.set_num_threads(2)


@pytest.fixture(scope="session")
def sam3_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint laid out like facebook/sam3: detector and tracker together."""
    return tiny_sam3.save(tmp_path_factory.mktemp("sam3"))


@pytest.fixture(scope="session")
def birefnet_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with code of its own, like ZhengPeng7/BiRefNet."""
    return tiny_birefnet.save(tmp_path_factory.mktemp("birefnet"))


@pytest.fixture(scope="session")
def flux_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole pipeline like FLUX.1-Fill-dev, text encoders and tokenizers included."""
    return tiny_flux.save(tmp_path_factory.mktemp("flux"))


@pytest.fixture(scope="session")
def settings(sam3_folder: Path, birefnet_folder: Path, flux_folder: Path) -> ModelSettings:
    """Settings that lead to the three."""
    return ModelSettings(
        sam3=str(sam3_folder),
        birefnet=str(birefnet_folder),
        birefnet_size_px=64,
        flux=str(flux_folder),
        flux_dtype="float32",
        flux_steps=2,
        flux_words=32,
        flux_necklace_size=(48, 64),
        flux_size=(64, 64),
        device="cpu",
    )


@pytest.fixture(scope="session")
def accelerator(settings: ModelSettings) -> Accelerator:
    """The CPU, in a GPU's place."""
    return Accelerator.open(settings)


@pytest.fixture
def photo() -> np.ndarray:
    """A picture of noise, 60 wide and 80 high."""
    return np.random.default_rng(7).integers(0, 256, (80, 60, 3), dtype=np.uint8)


@pytest.fixture
def mask(photo: np.ndarray) -> np.ndarray:
    """A piece of jewelry in it with a soft edge."""
    drawn = np.zeros(photo.shape[:2], np.uint8)
    drawn[28:52, 18:42] = 128
    drawn[30:50, 20:40] = 255
    return drawn

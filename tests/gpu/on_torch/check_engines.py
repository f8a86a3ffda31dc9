"""Which engines the studio gets, what its health says of them, and that they work behind its contract."""

import threading
import time
from pathlib import Path

import pytest
import torch

from api.studio import classical, models
from api.studio.engines import Device
from api.studio.models import weights
from api.studio.models.device import Accelerator, Model
from api.studio.models.settings import ModelSettings
from api.studio.models.weights import EngineMissing
from api.studio.settings import StudioSettings
from tasks.domain.errors import UpstreamError

REVISION = "0123456789012345678901234567890123456789"


def names(engines: models.Engines) -> list[str]:
    return [engines.segmenter.name, engines.matting.name, engines.generator.name]


def test_all_three_take_over(settings: ModelSettings) -> None:
    """With weights and a device there is nothing classical left, and nothing missing."""
    engines = models.engines(StudioSettings(engine="models"), classical.engines(), settings)
    assert names(engines) == ["sam3", "birefnet", "flux-fill"]
    assert engines.missing == {}
    assert engines.device() == Device()  # a CPU is no GPU


def test_auto_takes_what_is_there(settings: ModelSettings, tmp_path: Path) -> None:
    """Weights that are not there cost one engine, not all; the reason says how to get them."""
    given = settings.model_copy(update={"sam3": "facebook/sam3", "cache": tmp_path})
    engines = models.engines(StudioSettings(engine="auto"), classical.engines(), given)
    assert names(engines) == ["classical", "birefnet", "flux-fill"]
    assert list(engines.missing) == ["sam3"]
    assert "hf download facebook/sam3" in engines.missing["sam3"]


def test_demanded_models_must_be_there(settings: ModelSettings, tmp_path: Path) -> None:
    """ATELIER_STUDIO_ENGINE=models refuses to go on with less."""
    given = settings.model_copy(update={"flux": "black-forest-labs/FLUX.1-Fill-dev", "cache": tmp_path})
    with pytest.raises(EngineMissing, match=r"FLUX\.1-Fill-dev are not on this machine"):
        models.engines(StudioSettings(engine="models"), classical.engines(), given)


def test_without_the_gpu_everything_is_classical(settings: ModelSettings) -> None:
    """A GPU that torch does not see leaves the classical engines, and its absence in the reason."""
    given = settings.model_copy(update={"device": "cuda:99"})
    engines = models.engines(StudioSettings(engine="auto"), classical.engines(), given)
    assert names(engines) == ["classical"] * 3
    assert "torch sees" in engines.missing["gpu"]
    with pytest.raises(EngineMissing, match="torch sees"):
        models.engines(StudioSettings(engine="models"), classical.engines(), given)


def test_weights_are_found_in_the_cache_by_revision(tmp_path: Path) -> None:
    """A pinned revision that was downloaded is used; another one is missing, with the command that gets it."""
    snapshot = tmp_path / "models--maker--model" / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    assert weights.find("maker/model", REVISION, ("config.json",), tmp_path) == snapshot
    other = "f" * 40
    with pytest.raises(EngineMissing, match=f"hf download maker/model --revision {other}"):
        weights.find("maker/model", other, (), tmp_path)
    with pytest.raises(EngineMissing, match=r"lacks model\.safetensors"):
        weights.find("maker/model", REVISION, ("model.safetensors",), tmp_path)
    with pytest.raises(EngineMissing, match="neither a folder nor a repository's name"):
        weights.find("/no/such/folder", None, (), tmp_path)


def test_one_model_at_a_time_and_each_loaded_once(settings: ModelSettings) -> None:
    """Whoever else wants the device waits, and finds the model loaded by the first."""
    accelerator = Accelerator.open(settings)
    loads, inside, most = [], [], []

    def load() -> str:
        loads.append(threading.get_ident())
        time.sleep(0.02)
        return "ready"

    model = Model("test", load)

    def work() -> None:
        with accelerator.turn(model) as ready:
            assert ready == "ready"
            assert not torch.is_grad_enabled()
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.005)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6
    assert len(loads) == 1


def test_a_full_gpu_may_be_tried_again(settings: ModelSettings) -> None:
    """Memory that does not suffice now is an upstream error that may be retried, and the turn ends."""
    accelerator = Accelerator.open(settings)

    def full() -> str:
        raise torch.OutOfMemoryError

    with pytest.raises(UpstreamError, match="memory") as caught, accelerator.turn(Model("sam3", full)):
        pass
    assert caught.value.retryable
    with accelerator.turn(Model("sam3", lambda: "free again")) as ready:
        assert ready == "free again"

"""The studio's models: their tests run in the environment that has torch, and are told of here."""

import pytest

from api.studio import classical, models
from api.studio.models import flux_fill
from api.studio.models.settings import ModelSettings
from api.studio.settings import StudioSettings
from tests import gpu_runner
from tests.gpu_runner import Outcome


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All checks, run once."""
    return gpu_runner.run(tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize("name", gpu_runner.names())
def test_on_torch(outcome: Outcome, name: str) -> None:
    """The check of this name, which states its own rule, ran and passed on torch."""
    assert name in outcome.failures, outcome.output
    assert outcome.failures[name] == []


def test_nothing_is_asked_of_the_hub(outcome: Outcome) -> None:
    """Loading and running the models asks nobody for anything: what is not on this machine is missing."""
    assert outcome.failures, outcome.output
    assert outcome.asked_of_the_hub == []


def test_a_python_without_torch_says_so() -> None:
    """In the environment without torch the engines are the classical ones, and the reason names `make gpu`."""
    engines = models.engines(StudioSettings(engine="auto"), classical.engines(), ModelSettings())
    assert engines.generator.name == "classical"
    assert "make gpu" in engines.missing["gpu"]


@pytest.mark.parametrize(
    ("picture", "wanted", "size"),
    [
        ((2000, 2667), (768, 1024), (768, 1024)),
        ((2000, 2667), (912, 1168), (912, 1168)),  # 4 % off: stretched, and back again
        ((1536, 1536), (768, 1024), (880, 880)),
        ((1536, 1024), (912, 1168), (1264, 848)),
        ((4000, 40), (768, 1024), (8864, 96)),
    ],
)
def test_flux_paints_in_the_pictures_shape(
    picture: tuple[int, int], wanted: tuple[int, int], size: tuple[int, int]
) -> None:
    """The contract's canvas is painted at the sizes of the annex, another shape at as many pixels; all on the grid."""
    assert flux_fill.canvas(picture, wanted) == size
    assert all(side % 16 == 0 for side in size)


@pytest.mark.parametrize(
    ("choice", "free_mib", "waiting"),
    [
        ("auto", 79_000, "none"),
        ("auto", 30_000, "model"),
        ("auto", 14_000, "layers"),
        ("model", 79_000, "model"),
        ("none", 14_000, "none"),
    ],
)
def test_flux_leaves_the_gpu_what_it_cannot_hold(choice: str, free_mib: int, waiting: str) -> None:
    """Whole on 36 GiB, its parts by turns on 27, layer by layer on less; unless the user says how."""
    assert flux_fill.offload(choice, free_mib) == waiting


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every setting is a variable; a prompt of the user's replaces ours, and the person is put in."""
    monkeypatch.setenv("ATELIER_STUDIO_FLUX_SIZE", "[640, 800]")
    monkeypatch.setenv("ATELIER_STUDIO_PROMPTS", '{"ring": "a hand of {person}, oil on canvas"}')
    settings = ModelSettings()
    assert settings.size_for("ring") == (640, 800)
    assert settings.prompt("ring", "male") == "a hand of a man, oil on canvas"
    assert settings.prompt("necklace", "female").startswith("Studio photograph of the neck and shoulders of a woman")
    assert "a person" in settings.prompt("brooch", "unknown")


def test_a_size_off_the_grid_is_refused() -> None:
    """FLUX rounds other sizes on its own, so that picture and mask would no longer fit: they are refused."""
    with pytest.raises(ValueError, match="multiples of 16"):
        ModelSettings(flux_size=(900, 1168))

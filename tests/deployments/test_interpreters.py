"""Which Python the studio is started with."""

import sys
from pathlib import Path

import pytest

from deployments.interpreters import studio_python

OWN = Path(sys.executable)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """A path that exists, for the models' Python and for a GPU's device alike."""
    path = tmp_path / "there"
    path.touch()
    return path


def test_a_gpu_and_the_models_environment_are_enough(there: Path, tmp_path: Path) -> None:
    """`auto` takes the models' Python where a GPU is too; without either it stays with the stack's own."""
    none = tmp_path / "none"
    assert studio_python(None, "auto", installed=there, gpus=[none, there]) == there
    assert studio_python(None, "auto", installed=there, gpus=[none]) == OWN
    assert studio_python(None, "auto", installed=none, gpus=[there]) == OWN


def test_the_engine_and_the_user_have_their_say(there: Path, tmp_path: Path) -> None:
    """Demanded models need no GPU's device to be looked for, classical engines no torch; a named Python is used."""
    none = tmp_path / "none"
    assert studio_python(None, "models", installed=there, gpus=[none]) == there
    assert studio_python(None, "classical", installed=there, gpus=[there]) == OWN
    assert studio_python(none, "classical", installed=there, gpus=[there]) == none

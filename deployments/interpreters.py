"""Which Python the studio runs with: the models' own where that and an NVIDIA GPU are, the stack's elsewhere."""

import sys
from collections.abc import Iterable
from pathlib import Path

from blocks.settings import CHECKOUT

MODELS_PYTHON = CHECKOUT / ".venv-gpu" / "bin" / "python"
NVIDIA = (Path("/dev/nvidiactl"), Path("/dev/dxg"))  # the driver's own device; under WSL, Windows'


def studio_python(
    chosen: Path | None, engine: str, *, installed: Path = MODELS_PYTHON, gpus: Iterable[Path] = NVIDIA
) -> Path:
    """Return the user's choice, if any; else the Python that suits what ATELIER_STUDIO_ENGINE says, `engine`.

    models: the models' own, wherever it is installed, since the studio then refuses to do without them.
    """
    if chosen is not None:
        return chosen
    wanted = engine == "models" or (engine != "classical" and any(gpu.exists() for gpu in gpus))
    return installed if wanted and installed.exists() else Path(sys.executable)

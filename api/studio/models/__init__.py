"""The studio's engines on a GPU: SAM3, BiRefNet and FLUX Fill, each where its weights lie on this machine.

Nothing here imports torch before an engine is wanted, and nothing ever downloads.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from api.studio.engines import Engines
from api.studio.models.birefnet import BiRefNet
from api.studio.models.device import Accelerator
from api.studio.models.flux_fill import FluxFill
from api.studio.models.sam3 import Sam3
from api.studio.models.settings import ModelSettings
from api.studio.models.weights import EngineMissing
from api.studio.settings import StudioSettings

log = logging.getLogger(__name__)
Engine = TypeVar("Engine")


def engines(studio: StudioSettings, classical: Engines, settings: ModelSettings | None = None) -> Engines:
    """Return the models that this machine has, and `classical` for the others; none is loaded before it is used.

    Raises EngineMissing, naming what is missing, where ATELIER_STUDIO_ENGINE=models demands all three.
    """
    settings = settings or ModelSettings()
    missing: dict[str, str] = {}

    def either(service: str, open_model: Callable[[], Engine], instead: Engine) -> Engine:
        try:
            return open_model()
        except EngineMissing as error:
            if studio.engine == "models":
                raise
            log.info("%s: the classical engine, since %s", service, error)
            missing[service] = str(error)
            return instead

    accelerator = either("gpu", lambda: Accelerator.open(settings), None)
    if accelerator is None:
        return replace(classical, missing=missing)
    segmenter = either("sam3", lambda: Sam3.open(settings, accelerator), classical.segmenter)
    return Engines(
        segmenter=segmenter,
        matting=either("birefnet", lambda: BiRefNet.open(settings, accelerator), classical.matting),
        generator=either("flux-fill", lambda: FluxFill.open(settings, accelerator, segmenter), classical.generator),
        device=accelerator.health,
        missing=missing,
    )

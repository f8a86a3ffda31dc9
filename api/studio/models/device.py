"""What the models run on: one GPU, on which one model works at a time."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from api.studio.engines import Device
from api.studio.models.settings import ModelSettings
from api.studio.models.weights import EngineMissing
from tasks.domain.errors import UpstreamError

log = logging.getLogger(__name__)
MIB = 1024**2
T = TypeVar("T")


@dataclass(frozen=True)
class Accelerator:
    """The device named `name`, in torch's words."""

    name: str
    _turn: threading.Lock = field(default_factory=threading.Lock, compare=False)

    @classmethod
    def open(cls, settings: ModelSettings) -> "Accelerator":
        """Return the device of the settings; raises EngineMissing without torch, or without that GPU."""
        try:
            import torch
        except ImportError as error:
            raise EngineMissing(
                f"torch cannot be imported by this Python ({error}); install it with: make gpu"
            ) from error
        if settings.device != "cpu" and not torch.cuda.is_available():
            raise EngineMissing("torch sees no CUDA GPU")
        number = torch.device(settings.device).index or 0
        if settings.device != "cpu" and number >= torch.cuda.device_count():
            raise EngineMissing(f"there is no {settings.device}: torch sees {torch.cuda.device_count()} GPUs")
        _quieten()
        return cls(settings.device)

    @contextmanager
    def turn(self, model: "Model[T]") -> Iterator[T]:
        """Wait for the device and have it alone with `model`, loaded; what is done with it needs no gradients.

        Raises UpstreamError, which may be retried, when the memory does not suffice.
        """
        import torch

        with self._turn:
            try:
                ready = model.ready()
                with torch.inference_mode():
                    yield ready
            except torch.OutOfMemoryError as error:
                torch.cuda.empty_cache()
                raise UpstreamError(model.service, "the GPU's memory does not suffice now", retryable=True) from error

    def free_mib(self) -> int:
        """Return how much of the GPU's memory is free; 0 on a CPU."""
        import torch

        return 0 if self.name == "cpu" else torch.cuda.mem_get_info(self.name)[0] // MIB

    def health(self) -> Device:
        """Return what the a100's health tells."""
        import torch

        if self.name == "cpu":
            return Device()
        return Device(True, torch.cuda.get_device_name(self.name), self.free_mib())


@dataclass
class Model(Generic[T]):
    """What does a service's work; it is loaded in its first turn, so by one thread."""

    service: str
    load: Callable[[], T]
    _loaded: list[T] = field(default_factory=list)

    def ready(self) -> T:
        """Return it, loaded."""
        if not self._loaded:
            began_s = time.perf_counter()
            self._loaded.append(self.load())
            log.info("%s loaded in %.1f s", self.service, time.perf_counter() - began_s)
        return self._loaded[0]


def _quieten() -> None:
    """No progress bars in a service's log."""
    from diffusers.utils.logging import disable_progress_bar as no_bars_of_diffusers
    from transformers.utils.logging import disable_progress_bar as no_bars_of_transformers

    no_bars_of_diffusers()
    no_bars_of_transformers()

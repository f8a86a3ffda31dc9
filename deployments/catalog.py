"""Public names of what can be run, and the pools that run it."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel

RING = "generate-ring/default"
TRY_ON = "try-on/default"
TRY_ON_PREPROCESS = "try-on-preprocess/default"
TRY_ON_GENERATE = "try-on-generate/default"
CONCEPTS = "generate-concepts/default"
MODEL = "generate-model/default"
RESCALE = "rescale-model/default"
IMAGES = "dual-generate/default"
ANALYZE_IMAGE = "analyze-image/default"
RUN_DAG = "run-dag/default"
HOUSEKEEPING = "housekeeping/default"
SERVICE_PROBE = "service-probe/default"
NIGHTLY_RING_PROOF = "nightly-ring-proof/default"
DELIVER_WEBHOOK = "deliver-webhook/default"
DELIVER_MISSED_WEBHOOKS = "deliver-missed-webhooks/default"

CPU, BLENDER, GPU = "cpu", "blender", "gpu"
POOLS = (CPU, BLENDER, GPU)
RING_QUEUE = "rings"  # of the pool BLENDER
TRY_ON_QUEUE = "try-on"  # of the pool CPU, for the three try-on deployments together
TRY_ONS_AT_ONCE = 10
CONCEPTS_QUEUE = "concepts"  # of the pool CPU
CONCEPTS_AT_ONCE = 4
MODELS_QUEUE = "models"  # of the pool GPU, for both deployments; only one of their steps needs the GPU itself
MODELS_AT_ONCE = 4
IMAGES_QUEUE = "images"  # of the pool CPU; how many jobs at once, config.json says
ANALYSES_QUEUE = "analyses"  # of the pool CPU
ANALYSES_AT_ONCE = 4
GPU_LIMIT = "gpu"  # a global concurrency limit: as many slots as there are GPUs behind TRELLIS_URL


def default_concurrency() -> int:
    """Return how many rings this machine builds at once: half its cores, 1 to 4 (the ring contract's rule)."""
    cores = os.cpu_count() or 1
    return min(4, cores // 2) if cores > 2 else 1


@dataclass(frozen=True)
class Pipeline:
    """A deployment that the native API offers under `name`; its models are named, since importing them takes time."""

    name: str
    title: str
    deployment: str
    request: str  # the models' names in flows.contracts
    result: str
    queue_limit: int = 64  # runs that may wait; one more is refused
    typical_s: float | None = None  # how long a run takes, until some have been seen
    pictures: frozenset[str] = frozenset()  # fields of the request that must be pictures

    @property
    def request_model(self) -> "type[BaseModel]":
        """Return what a request must fit."""
        return _model(self.request)

    @property
    def result_model(self) -> "type[BaseModel]":
        """Return what a run leaves as its result."""
        return _model(self.result)


PIPELINES = {
    pipeline.name: pipeline
    for pipeline in (
        Pipeline(
            "ring",
            "A ring from words or a picture",
            RING,
            "RingRequest",
            "RingResult",
            pictures=frozenset({"reference"}),
        ),
        Pipeline(
            "try-on",
            "A person wears the jewelry of a photo",
            TRY_ON,
            "TryOnRequest",
            "TryOnResult",
            pictures=frozenset({"photo"}),
        ),
        Pipeline(
            "try-on-preprocess",
            "A photo of jewelry and some clicks become a mask",
            TRY_ON_PREPROCESS,
            "TryOnPreprocessRequest",
            "TryOnPreprocessResult",
            pictures=frozenset({"photo"}),
        ),
        Pipeline(
            "try-on-generate",
            "A person wears the jewelry of a prepared photo",
            TRY_ON_GENERATE,
            "TryOnGenerateRequest",
            "TryOnResult",
            pictures=frozenset({"photo", "mask"}),
        ),
        Pipeline(
            "concepts",
            "Words or a picture become concept pictures",
            CONCEPTS,
            "ConceptsRequest",
            "ConceptsResult",
            pictures=frozenset({"picture"}),
        ),
        Pipeline(
            "model3d",
            "A picture becomes a clean mesh of normalised size",
            MODEL,
            "ModelRequest",
            "ModelResult",
            pictures=frozenset({"picture"}),
        ),
        Pipeline("rescale3d", "A mesh gets the size that is printed", RESCALE, "RescaleRequest", "RescaleResult"),
        Pipeline(
            "images",
            "Rounds of pictures from several endpoints",
            IMAGES,
            "ImagesRequest",
            "ImagesResult",
            pictures=frozenset({"image"}),
        ),
        Pipeline(
            "analyze-image",
            "The scene of a photo, in words and figures",
            ANALYZE_IMAGE,
            "AnalyzeRequest",
            "AnalyzeResult",
            pictures=frozenset({"picture"}),
        ),
    )
}


def _model(name: str) -> "type[BaseModel]":
    from flows import contracts

    model: type[BaseModel] = getattr(contracts, name)
    return model

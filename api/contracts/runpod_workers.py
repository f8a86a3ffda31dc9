"""The two workers of the contract: under which id each is called, and which deployment does an operation."""

from dataclasses import dataclass

from api.contracts.runpod_settings import RunPodSettings
from deployments.catalog import CONCEPTS, MODEL, RESCALE
from flows.contracts.runpod import inputs
from flows.contracts.runpod.inputs import Operation

DEPLOYMENTS = {inputs.CONCEPTS: CONCEPTS, inputs.MODEL: MODEL, inputs.RESCALE: RESCALE}
TITLES = {inputs.CONCEPTS: "Concepts", inputs.MODEL: "Model", inputs.RESCALE: "Model: to its size"}


@dataclass(frozen=True)
class Endpoint:
    """A worker as clients see it; jobs are known to their own endpoint only."""

    id: str
    operations: tuple[Operation, ...]


def endpoints(settings: RunPodSettings) -> tuple[Endpoint, Endpoint]:
    """Return both workers, that of pictures first."""
    return (
        Endpoint(settings.endpoint_1_id, inputs.IMAGE_WORKER),
        Endpoint(settings.endpoint_2_id, inputs.MODEL_WORKER),
    )

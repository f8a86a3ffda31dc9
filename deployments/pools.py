"""What a new work pool is made with: its worker type's own template, and a GPU where runs are to have one."""

from copy import deepcopy
from typing import Any

from prefect.workers.base import BaseWorker
from prefect.workers.process import ProcessWorker

from deployments.worker.worker import WarmProcessWorker

GPU_TAINT = "nvidia.com/gpu"  # what clusters keep their GPU nodes free with, and what a container asks for
ACI_GPU_SKU = "V100"  # the one that Azure Container Instances still rents out

Template = dict[str, Any]
WorkerClass = type[BaseWorker[Any, Any, Any]]


def worker_class(worker_type: str) -> WorkerClass | None:
    """Return the class of workers of `worker_type`, None when no installed package has one.

    Prefect's own look-up imports every integration first, Azure's for two seconds, though it may not be meant.
    """
    ours: dict[str, WorkerClass] = {each.type: each for each in (ProcessWorker, WarmProcessWorker)}
    return ours.get(worker_type) or BaseWorker.get_worker_class_from_type(worker_type)


def pool_template(worker_type: str, template: Template, *, gpu: bool) -> Template:
    """Return `template`, Prefect's own for `worker_type`, as our pools use it; with `gpu` each run asks for one.

    Worker types that run on the machine they stand on have nothing to ask for.
    """
    ours = deepcopy(template)
    if worker_type == "process":
        # A named command lets Prefect skip a process that would only inspect the checkout and import Prefect again.
        ours["variables"]["properties"]["command"]["default"] = "python -m prefect.engine"
    if gpu and worker_type == "kubernetes":
        _ask_kubernetes(ours)
    if gpu and worker_type == "azure-container-instance":
        _ask_azure(ours)
    return ours


def _ask_kubernetes(template: Template) -> None:
    """Let a run's pod ask for `gpus`, and stand on nodes that are kept for those that do."""
    template["variables"]["properties"]["gpus"] = {
        "title": "GPUs",
        "description": "How many GPUs the run's container gets",
        "type": "integer",
        "minimum": 0,
        "default": 1,
    }
    pod = template["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
    pod["tolerations"] = [{"key": GPU_TAINT, "operator": "Exists", "effect": "NoSchedule"}]
    pod["containers"][0]["resources"] = {"limits": {GPU_TAINT: "{{ gpus }}"}}


def _ask_azure(template: Template) -> None:
    """Let a run's container group have one GPU."""
    properties = template["variables"]["properties"]
    properties["gpu_count"]["default"] = 1
    properties["gpu_sku"]["default"] = ACI_GPU_SKU

"""Templates of work pools, held against the schemas that Prefect ships for every type of worker."""

import json
from pathlib import Path
from typing import Any

import prefect
import pytest
import yaml
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.utilities.templating import find_placeholders
from prefect_azure.workers.container_instance import AzureContainerJobConfiguration

from deployments.pools import GPU_TAINT, Template, pool_template
from deployments.setup import PREFECT_FILE

REGISTRY = Path(prefect.__file__).parent / "server/api/collections_data/views/aggregate-worker-metadata.json"
TYPES = {"kubernetes": "kubernetes", "azure-container-instance": "azure"}  # and their names in prefect.yaml


def shipped(worker_type: str) -> Template:
    """The template that Prefect's own server offers for a new pool of that type."""
    workers = [worker for package in json.loads(REGISTRY.read_text()).values() for worker in package.values()]
    return next(worker["default_base_job_configuration"] for worker in workers if worker["type"] == worker_type)


def described(name: str) -> dict[str, Any]:
    """The job variables that prefect.yaml gives for a kind of pool."""
    return yaml.safe_load(PREFECT_FILE.read_text())["definitions"]["work_pools"][name]["job_variables"]


@pytest.mark.parametrize(("worker_type", "name"), TYPES.items())
def test_every_job_variable_is_one_that_the_pool_knows(worker_type: str, name: str) -> None:
    """What prefect.yaml says of a GPU pool is in its template's schema, and each placeholder has a variable."""
    template = pool_template(worker_type, shipped(worker_type), gpu=True)
    known = template["variables"]["properties"]
    assert described(name).keys() <= known.keys()
    assert {each.name for each in find_placeholders(template["job_configuration"])} - {"ctx"} <= known.keys()


def test_a_pod_asks_for_its_gpus_where_gpus_are() -> None:
    """The container's limit names the GPUs by a variable, and the pod tolerates the taint of GPU nodes."""
    template = pool_template("kubernetes", shipped("kubernetes"), gpu=True)
    pod = template["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["resources"] == {"limits": {GPU_TAINT: "{{ gpus }}"}}
    assert pod["tolerations"] == [{"key": GPU_TAINT, "operator": "Exists", "effect": "NoSchedule"}]
    assert template["variables"]["properties"]["gpus"]["default"] == 1


async def test_a_container_group_gets_its_gpu() -> None:
    """prefect-azure's own configuration takes the template with prefect.yaml's variables, and has the GPU."""
    template = pool_template("azure-container-instance", shipped("azure-container-instance"), gpu=True)
    where = {"resource_group_name": "atelier", "subscription_id": "00000000-0000-0000-0000-000000000000"}
    variables = described("azure") | where | {"image": "atelier:1"}
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):  # nobody is to be asked
        made = await AzureContainerJobConfiguration.from_template_and_values(template, variables)
    assert (made.gpu_count, made.gpu_sku, made.cpu, made.memory, made.image) == (1, "V100", 4, 16, "atelier:1")


@pytest.mark.parametrize("worker_type", TYPES)
def test_without_a_gpu_the_template_is_prefects_own(worker_type: str) -> None:
    """Pools that need no GPU ask for none, and the template that was given stays as it was."""
    before = shipped(worker_type)
    assert pool_template(worker_type, before, gpu=False) == shipped(worker_type)
    pool_template(worker_type, before, gpu=True)
    assert before == shipped(worker_type)

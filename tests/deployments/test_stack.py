"""A stack that runs: what it set up, that it can be found, and that nothing is left of it."""

import asyncio
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.settings import CHECKOUT
from deployments import probes, state
from deployments.catalog import CPU, POOLS, RING, RING_QUEUE
from deployments.environment import STUDIO_SERVICES
from deployments.processes import NotReady
from deployments.settings import StackSettings, free_ports
from deployments.setup import set_up
from deployments.stack import AlreadyRunning, Stack
from tests.stack import WITHOUT_STUDIO
from tests.waiting import STUCK_S


def prefect(stack: Stack, path: str, body: dict[str, Any] | None = None) -> Any:
    """Ask Prefect's REST API: a GET, or a POST when there is a body."""
    url = f"{stack.parts.prefect_api_url}{path}"
    answer = httpx.get(url, timeout=30) if body is None else httpx.post(url, json=body, timeout=30)
    return answer.raise_for_status().json()


def set_up_again(stack: Stack) -> None:
    with temporary_settings({PREFECT_API_URL: stack.parts.prefect_api_url}):
        asyncio.run(set_up(stack.settings))


def test_every_pool_is_there(stack: Stack) -> None:
    """The set-up creates each pool of the catalog."""
    pools = {pool["name"]: pool["type"] for pool in prefect(stack, "/work_pools/filter", {})}
    assert {name: pools.get(name) for name in POOLS} == stack.settings.pool_types


def test_the_blocks_of_integrations_are_there(stack: Stack) -> None:
    """Whether the home began empty or with the template, whose server registers nothing: both know Azure's block."""
    assert prefect(stack, "/block_types/slug/azure-blob-storage-credentials")["name"]


def test_the_ring_deployment_follows_prefect_yaml(stack: Stack) -> None:
    """The deployment has its pool, tag, limit, a queue with the same limit, an enforced schema, and this checkout."""
    deployment = prefect(stack, f"/deployments/name/{RING}")
    assert deployment["work_pool_name"] == "blender"
    assert deployment["entrypoint"] == "flows.rings.generate_ring"
    assert set(deployment["tags"]) == {"atelier", "ring"}
    assert deployment["enforce_parameter_schema"] is True
    assert deployment["global_concurrency_limit"]["limit"] == stack.settings.max_concurrent_jobs
    assert deployment["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    queue = prefect(stack, f"/work_pools/blender/queues/{deployment['work_queue_name']}")
    assert (queue["name"], queue["concurrency_limit"]) == (RING_QUEUE, stack.settings.max_concurrent_jobs)
    assert deployment["pull_steps"] == [
        {"prefect.deployments.steps.set_working_directory": {"directory": str(CHECKOUT)}}
    ]


def test_set_up_twice_changes_nothing_that_a_person_edited(stack: Stack) -> None:
    """A second set-up keeps edits of pools and blocks, and makes no second deployment."""
    block = prefect(stack, "/block_types/slug/atelier-blender/block_documents/name/atelier")
    edited = {"data": block["data"] | {"timeout_s": 77.0}, "merge_existing_data": False}
    httpx.patch(f"{stack.parts.prefect_api_url}/block_documents/{block['id']}", json=edited).raise_for_status()
    httpx.patch(f"{stack.parts.prefect_api_url}/work_pools/gpu", json={"concurrency_limit": 7}).raise_for_status()
    before = prefect(stack, f"/deployments/name/{RING}")["id"]
    deployments = prefect(stack, "/deployments/count", {})
    set_up_again(stack)
    assert prefect(stack, f"/block_documents/{block['id']}")["data"]["timeout_s"] == 77.0
    assert prefect(stack, "/work_pools/gpu")["concurrency_limit"] == 7
    assert prefect(stack, f"/deployments/name/{RING}")["id"] == before
    assert prefect(stack, "/deployments/count", {}) == deployments


def test_the_named_workers_are_online(stack: Stack) -> None:
    """Each pool that was asked for has its worker, and no other has one."""
    online = {pool: probes.workers_online(stack.parts.prefect_api_url, pool) for pool in POOLS}
    assert online == {"cpu": ["atelier-cpu"], "blender": [], "gpu": []}


def test_the_stack_can_be_found_and_is_alone_in_its_home(stack: Stack) -> None:
    """Other commands find it by its record; a second stack in the same home is refused."""
    record = state.running_stack(stack.home)
    assert record is not None
    assert record.pid == os.getpid()
    assert record.prefect_url == stack.parts.prefect_url
    assert set(record.processes) == {"prefect", "worker-cpu", "studio"}
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        Stack(stack.home, StackSettings(ports="auto"), pools=[CPU], api=False).start()
    assert state.running_stack(stack.home) == record


def test_the_studio_answers_where_the_record_and_the_environment_say(stack: Stack) -> None:
    """A stack that runs try-ons has the studio, and every process of it knows the four addresses."""
    record = state.running_stack(stack.home)
    assert record is not None
    assert record.studio_url == stack.parts.studio_url
    for names, path in STUDIO_SERVICES.items():
        address = stack.environment[names[0]]
        assert address == f"{record.studio_url}/{path}"
        assert httpx.get(f"{address}/health", timeout=30).is_success


def test_a_record_whose_process_is_gone_is_no_stack(tmp_path: Path) -> None:
    """The number of a dead process, even when another process has it now, is not taken for a stack."""
    state.write(tmp_path, state.StackState(pid=os.getpid(), started=1.0, prefect_url="http://x", logs=tmp_path))
    assert state.running_stack(tmp_path) is None


def test_two_stacks_run_side_by_side_and_leave_nothing_but_the_runs_that_are_taken_up_again(
    stack: Stack, tmp_path: Path
) -> None:
    """A second home gets a stack of its own; stopping it ends all of its processes and none of the first's.

    At its next start begun runs await a retry, cancelling ones are cancelled, handed-out ones wait; others stay.
    """
    begun = ["PENDING", "RUNNING", "CANCELLING", "SCHEDULED", "COMPLETED"]
    with another_stack(tmp_path, [CPU]) as second:
        trees = [psutil.Process(process.pid).children(recursive=True) for process in second.processes]
        deployment = prefect(second, f"/deployments/name/{RING}")
        assert deployment["work_pool_name"] == "blender"
        runs = [run_in_state(second, deployment["id"], state_type) for state_type in begun]
    assert not any(child.is_running() for tree in trees for child in tree)
    assert state.running_stack(second.home) is None
    assert not stack.ended()
    with another_stack(tmp_path, []) as next_one:
        after = [prefect(next_one, f"/flow_runs/{run}") for run in runs]
    assert [run["state_type"] for run in after] == ["SCHEDULED", "SCHEDULED", "CANCELLED", "SCHEDULED", "COMPLETED"]
    assert after[1]["state_name"] == "AwaitingRetry"


def another_stack(home: Path, pools: list[str]) -> Stack:
    return Stack(home, StackSettings(ports="auto"), pools=pools, api=False, environment=WITHOUT_STUDIO)


def test_a_start_that_fails_says_why_and_has_its_home_only_meanwhile(tmp_path: Path) -> None:
    """A database that nobody serves: the start fails with the server's own words, and all parts are gone.

    From its first moment on another stack in this home is refused; after the failure the home is free.
    """
    nobody = {"PREFECT_API_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://x:y@127.0.0.1:{free_ports(1)[0]}/z"}
    failing = Stack(tmp_path, StackSettings(ports="auto"), pools=[CPU], api=False, environment=nobody)
    with ThreadPoolExecutor(1) as thread:
        start = thread.submit(failing.start)
        while not failing.processes:
            time.sleep(0.01)
        with pytest.raises(AlreadyRunning, match="just starting"):
            another_stack(tmp_path, []).start()
        with pytest.raises(NotReady, match="prefect ended before it was ready"):
            start.result()
    assert failing.processes == []
    living = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    assert not [child for child in living if str(tmp_path) in " ".join(child.cmdline())]
    released = state.lock(tmp_path)
    assert released
    released.close()


def run_in_state(stack: Stack, deployment: str, state_type: str) -> str:
    """Create a run of the ring and force it into a state, as a worker that died would have left it."""
    wanted = {"parameters": {"request": {"prompt": "a band"}}, "state": {"type": "SCHEDULED"}}
    run: str = prefect(stack, f"/deployments/{deployment}/create_flow_run", wanted)["id"]
    prefect(stack, f"/flow_runs/{run}/set_state", {"state": {"type": state_type}, "force": True})
    return run


def test_a_burst_of_writes_is_never_answered_locked(stack: Stack) -> None:
    """A hundred runs created at once are all created at the first try: SQLite's writers wait in line."""
    deployment = prefect(stack, f"/deployments/name/{RING}")["id"]
    url = f"{stack.parts.prefect_api_url}/deployments/{deployment}/create_flow_run"
    wanted = {"parameters": {"request": {"prompt": "a band"}}, "state": {"type": "COMPLETED"}}
    with ThreadPoolExecutor(100) as threads:
        statuses = list(threads.map(lambda _: httpx.post(url, json=wanted, timeout=STUCK_S).status_code, range(100)))
    assert Counter(statuses) == {201: 100}

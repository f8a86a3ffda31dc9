"""Ports, pools and limits of a stack come from the environment, and wrong ones are named."""

import json
import os
import socket
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from blocks.settings import CHECKOUT
from deployments.catalog import BLENDER, POOLS, RING, default_concurrency
from deployments.environment import stack_environment
from deployments.settings import StackSettings, free_ports
from deployments.stack import Stack


def test_ports_count_upwards_from_the_base() -> None:
    """`port_base` places Prefect, the API and the contracts side by side."""
    chosen = StackSettings(port_base=9000)
    ports = (chosen.prefect_port, chosen.api_port, chosen.ring_port, chosen.agentic_port, chosen.tryon_port)
    assert ports == (9000, 9001, 9002, 9003, 9004)
    assert (chosen.dual_gen_port, chosen.json_from_image_port, chosen.create_json_port) == (9008, 9009, 9010)


def test_automatic_ports_differ() -> None:
    """`auto` never gives two parts the same port."""
    chosen = StackSettings(ports="auto")
    ports = [value for name, value in chosen.model_dump().items() if name.endswith("_port")]
    assert len(ports) == len(set(ports)) >= 6
    assert len(set(free_ports(20))) == 20


def test_automatic_ports_are_kept_for_their_servers() -> None:
    """As long as the settings live nobody is given one of their ports, and a server that names one may listen on it."""
    chosen = StackSettings(ports="auto")
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", chosen.prefect_port))
    with socket.create_server(("127.0.0.1", chosen.prefect_port)) as server:
        socket.create_connection(server.getsockname()).close()


def test_an_unknown_pool_is_named() -> None:
    """A worker type for a pool that does not exist is refused, with the pools that do."""
    with pytest.raises(ValidationError, match="render: pools are cpu, blender, gpu"):
        StackSettings(pool_types={"render": "docker"})


def test_pools_without_a_named_type_keep_the_default() -> None:
    """Naming one pool's worker type leaves the others as they are."""
    types = StackSettings(pool_types={"gpu": "docker"}).pool_types
    assert set(types) == set(POOLS)
    assert types["gpu"] == "docker"
    assert types["cpu"] == types["blender"]


@pytest.mark.parametrize("limit", [0, 33])
def test_concurrency_has_the_contracts_bounds(limit: int) -> None:
    """RING_GEN_MAX_CONCURRENT_JOBS lies in 1..32."""
    with pytest.raises(ValidationError, match=r"(?i)max_concurrent_jobs"):
        StackSettings(max_concurrent_jobs=limit)


def test_default_concurrency_follows_the_cores() -> None:
    """Half the cores, at least 1 and at most 4."""
    cores = os.cpu_count() or 1
    assert default_concurrency() == (1 if cores <= 2 else min(4, cores // 2))


def test_the_stacks_addresses_win_over_the_callers(tmp_path: Path) -> None:
    """A test's or a user's own settings cannot send parts of one stack to another server."""
    settings = StackSettings(port_base=9000)
    extra = {"PREFECT_API_URL": "http://elsewhere/api", "ANTHROPIC_API_KEY": "k"}
    environment = stack_environment(tmp_path, settings, extra)
    assert environment["PREFECT_API_URL"] == "http://127.0.0.1:9000/api"
    assert environment["ANTHROPIC_API_KEY"] == "k"
    assert Path(environment["PREFECT_HOME"]).is_relative_to(tmp_path)
    assert json.dumps(environment)  # strings only


def test_the_studio_stands_in_for_services_that_nobody_names(tmp_path: Path) -> None:
    """Addresses of the user's own stay, under either name; the others are the studio's, and none left needs none."""
    settings = StackSettings(port_base=9000)
    own = {"A100_URL": "http://gpu/a100", "SAM3_URL": "https://sam3", "BIREFNET_URL": " "}
    environment = stack_environment(tmp_path, settings, own)
    assert environment["ATELIER_STUDIO_PORT"] == "9005"
    assert environment["BIREFNET_URL"] == "http://127.0.0.1:9005/birefnet"
    assert environment["IMAGE_MANIPULATOR_URL"] == "http://127.0.0.1:9005/image-manipulator"
    assert environment["TRELLIS_URL"] == "http://127.0.0.1:9005/trellis"
    assert environment["IMAGE_ENDPOINT_URL"] == "http://127.0.0.1:9005/image-endpoint"
    assert (environment["SAM3_URL"], environment["A100_URL"]) == ("https://sam3", "http://gpu/a100")
    assert "A100_SERVER_URL" not in environment
    assert Stack(tmp_path, settings, environment=own).with_studio
    assert not Stack(tmp_path, settings, pools=[BLENDER], environment=own).with_studio
    named = own | {"BIREFNET_URL": "https://birefnet", "IMAGE_MANIPULATOR_URL": "https://manipulator"}
    assert Stack(tmp_path, settings, environment=named).with_studio
    elsewhere = {"TRELLIS_URL": "https://trellis", "IMAGE_ENDPOINT_URL": "https://images"}
    assert not Stack(tmp_path, settings, environment=named | elsewhere).with_studio


def test_the_ring_is_named_as_prefect_names_it() -> None:
    """The catalog and prefect.yaml agree on the deployment's name."""
    described = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text())["deployments"]
    names = {entry["entrypoint"]: entry["name"] for entry in described}
    assert f"generate-ring/{names['flows.rings.generate_ring']}" == RING

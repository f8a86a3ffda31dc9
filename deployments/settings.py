"""Settings of the stack: which ports, which worker types, how long to wait."""

import socket
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, PrivateAttr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.images.settings import image_settings
from deployments.catalog import POOLS, default_concurrency

LOOPBACK = "127.0.0.1"
# The GPU's runs only wait for a model server and work on meshes: nothing of a GPU is in their process, so it may fork.
WORKER_TYPES = dict.fromkeys(POOLS, "warm-process")
Port = int


class StackSettings(BaseSettings):
    """How the stack runs. Every field is the environment variable ATELIER_<FIELD> unless it says otherwise."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_", extra="ignore", populate_by_name=True)

    ports: Literal["fixed", "auto"] = Field("fixed", description="auto: any free ports")
    port_base: Port | None = Field(
        None,
        ge=1,
        le=65525,
        description="Prefect, API, ring, agentic, try-on, studio, RunPod's 2, images' 3, upwards",
    )
    prefect_port: Port = Field(4200, ge=1, le=65535)
    api_port: Port = Field(8000, ge=1, le=65535, description="The combined app")
    ring_port: Port = Field(8102, ge=1, le=65535, validation_alias=AliasChoices("RING_GEN_PORT", "ring_port"))
    agentic_port: Port = Field(8090, ge=1, le=65535, validation_alias=AliasChoices("AGENTIC_PORT", "agentic_port"))
    tryon_port: Port = Field(
        8001, ge=1, le=65535, validation_alias=AliasChoices("TRYON_API_PORT", "API_PORT", "tryon_port")
    )
    studio_port: Port = Field(8010, ge=1, le=65535, description="The model services of this machine")
    runpod_image_port: Port = Field(
        8201, ge=1, le=65535, validation_alias=AliasChoices("RUNPOD_IMAGE_PORT", "runpod_image_port")
    )
    runpod_model_port: Port = Field(
        8202, ge=1, le=65535, validation_alias=AliasChoices("RUNPOD_MODEL_PORT", "runpod_model_port")
    )
    dual_gen_port: Port = Field(
        default_factory=lambda: image_settings().dual_gen_port,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("IMAGE_DUAL_GEN_PORT", "dual_gen_port"),
    )
    json_from_image_port: Port = Field(
        default_factory=lambda: image_settings().json_from_image_port,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("IMAGE_JSON_FROM_IMAGE_PORT", "json_from_image_port"),
    )
    create_json_port: Port = Field(
        default_factory=lambda: image_settings().create_json_port,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("IMAGE_CREATE_JSON_PORT", "create_json_port"),
    )
    studio_python: Path | None = Field(None, description="Runs the studio; if not named, chosen by engine and GPU")
    max_concurrent_jobs: int = Field(
        default_factory=default_concurrency,
        ge=1,
        le=32,
        validation_alias=AliasChoices("RING_GEN_MAX_CONCURRENT_JOBS", "max_concurrent_jobs"),
        description="Rings built at once",
    )
    pool_types: dict[str, str] = Field(
        default_factory=WORKER_TYPES.copy,
        description='Worker type of each pool that is created, as JSON: {"blender": "docker"}',
    )
    schedules: Literal["on", "off"] = Field("on", description="off: set up with every schedule paused, as tests want")
    worker_query_s: float = Field(
        3, gt=0, le=60, description="How often a worker asks for runs; events wake a warm one before that"
    )
    start_timeout_s: float = Field(180, gt=0, le=600, description="Until every part of the stack is ready")
    max_deaths: int = Field(5, ge=1, le=1000, description="A part that ends as often within a minute ends the stack")
    stop_grace_s: float = Field(10, gt=0, le=120, description="From a polite stop to a kill")
    _held: list[socket.socket] = PrivateAttr(default_factory=list)  # keep automatic ports from strangers

    @model_validator(mode="after")
    def _choose_ports(self) -> Self:
        names = [name for name in type(self).model_fields if name.endswith("_port")]
        if self.ports == "auto":
            self._held = hold_ports(len(names))
            ports = [held.getsockname()[1] for held in self._held]
        elif self.port_base is not None:
            ports = list(range(self.port_base, self.port_base + len(names)))
        else:
            return self
        for name, port in zip(names, ports, strict=True):
            setattr(self, name, port)
        return self

    @model_validator(mode="after")
    def _know_every_pool(self) -> Self:
        if unknown := set(self.pool_types) - set(POOLS):
            raise ValueError(f"pool_types: {', '.join(sorted(unknown))}: pools are {', '.join(POOLS)}")
        self.pool_types = WORKER_TYPES | self.pool_types
        return self


def free_ports(count: int) -> list[Port]:
    """Return `count` different loopback ports that were free a moment ago."""
    sockets = hold_ports(count)
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def hold_ports(count: int) -> list[socket.socket]:
    """Return sockets on different loopback ports that nobody else is given while these are open.

    A server that names such a port may still listen on it: bound without listening, and with SO_REUSEADDR as servers
    set it themselves, these are in nobody's way. Without them a port may be a stranger's before its server, which takes
    seconds to start, comes to it.
    """
    sockets = [socket.socket() for _ in range(count)]
    for held in sockets:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((LOOPBACK, 0))
    return sockets

"""config.json of the image pipeline, honoured whole: endpoints, models, limits, log level, ports and places."""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, JsonConfigSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from blocks.settings import CHECKOUT, settings

CONFIG_FILE = "IMAGE_CONFIG"
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Port = Annotated[int, Field(ge=1, le=65535)]
Timeout = Annotated[float, Field(gt=0, le=3600)]


class EndpointEntry(BaseModel):
    """An image endpoint. `url` is for one that is not simply at http://ip:port."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    ip: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9._:\[\]-]+$")
    port: Port
    name: str = Field("", max_length=100, description="As jobs and pages call it; empty: ip:port")
    url: str = ""
    at_once: int = Field(1, ge=1, le=1000, description="Pictures that it makes at the same time")

    @property
    def label(self) -> str:
        """Its name, or else where it is."""
        return self.name or f"{self.ip}:{self.port}"

    @property
    def slot(self) -> str:
        """The global concurrency limit that its requests hold a slot of, in characters that Prefect takes."""
        return re.sub(r"[^A-Za-z0-9._:-]+", "-", f"image-endpoint:{self.label}:{self.ip}:{self.port}")

    @property
    def address(self) -> str:
        """Where it answers."""
        return self.url or f"http://{self.ip}:{self.port}"


class Limit(BaseModel):
    """The range of a field."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    min: float | None = None
    max: float | None = None


class GenerationDefaults(BaseModel):
    """What a job gets that does not say otherwise."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    orientation: Literal["landscape", "portrait", "square"] = "landscape"
    size: Literal["0.5mp", "1mp", "2mp", "4mp"] = "1mp"
    steps: int = Field(25, ge=1, le=1000)
    strength: float = Field(0.75, ge=0, le=1)


LIMITS = {
    "count": Limit(min=1, max=100),
    "steps": Limit(min=1, max=150),
    "strength": Limit(min=0, max=1),
    "guidance_scale": Limit(min=0, max=30),
    "temperature": Limit(min=0, max=2),
    "seed": Limit(min=0, max=2**53 - 1),
}


class ImageSettings(BaseSettings):
    """Every field is a key of config.json, and the environment variable IMAGE_<FIELD>, which wins.

    The file is the one that IMAGE_CONFIG names, or else config.json in the checkout, if there is one. It is read once
    a process: after an edit the stack is started again.
    """

    model_config = SettingsConfigDict(env_prefix="IMAGE_", extra="ignore", populate_by_name=True)

    output_directory: Path | None = Field(None, description="Where copies of all pictures and a CSV log are left")
    logging_level: LogLevel = "INFO"
    database_path: Path = Field(Path("jobs.db"), description="SQLite mirror of the jobs, relative to ATELIER_HOME")

    lm_studio_url: str = Field(
        "",
        validation_alias=AliasChoices("lm_studio_url", "llm_url", "IMAGE_LM_STUDIO_URL", "IMAGE_LLM_URL"),
        description="Of LM Studio, Ollama or whatever speaks OpenAI's protocol; without it Claude, Gemini or neither",
    )
    lm_studio_model: str = Field(
        "", validation_alias=AliasChoices("lm_studio_model", "llm_model", "IMAGE_LM_STUDIO_MODEL", "IMAGE_LLM_MODEL")
    )
    vision_model: str = ""
    llm_num_ctx: int | None = Field(None, ge=256, le=10_000_000, description="Context length that Ollama is asked for")
    llm_api_key: SecretStr | None = None
    llm_max_tokens: int = Field(4096, ge=64, le=128_000)
    llm_timeout_s: Timeout = 450
    vision_timeout_s: Timeout = 120
    llm_retry_delays_s: list[float] = Field([2, 8], max_length=5, description="Before each further try, as JSON")

    dual_gen_port: Port = 5050
    json_from_image_port: Port = 4000
    create_json_port: Port = 3030
    dual_gen_host: str = "127.0.0.1"
    json_from_image_host: str = "127.0.0.1"
    create_json_host: str = "127.0.0.1"
    dual_gen_url: str = Field("", description="Where the other two send jobs; empty: Dual Gen of this process")

    endpoints: list[EndpointEntry] = Field([], max_length=64)
    endpoint_url: str = Field("", description="Of two endpoints, Studio 1 and Studio 2, when none are listed")
    endpoint_timeout_s: Timeout = 720
    endpoint_retry_delays_s: list[float] = Field([2, 8], max_length=5, description="Before each further try, as JSON")
    probe_timeout_s: float = Field(3, gt=0, le=60)
    mask_endpoints: bool = Field(False, description="Tell clients endpoints' names, and not where they are")

    generation_defaults: GenerationDefaults = GenerationDefaults()
    validation_limits: dict[str, Limit] = Field({}, description="Ranges that take the place of ours, by field")
    max_image_bytes: int = Field(10 * 1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    max_queue_size: int = Field(64, ge=1, le=10_000, description="Waiting jobs; one more is refused")
    jobs_at_once: int = Field(1, ge=1, le=32)
    finish_s: float = Field(30, ge=0, le=3600, description="That a job may go on after its worker is told to stop")
    api_key: SecretStr | None = Field(None, description="Asked of every caller in X-API-Key, when set")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Put config.json below the environment."""
        return init_settings, env_settings, JsonConfigSettingsSource(settings_cls, json_file=config_file())

    @field_validator("lm_studio_url")
    @classmethod
    def _ends_in_v1(cls, url: str) -> str:
        url = url.strip().rstrip("/")
        return url if not url or url.endswith("/v1") else f"{url}/v1"

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        labels = [entry.label for entry in self.endpoints]
        if twice := sorted({label for label in labels if labels.count(label) > 1}):
            raise ValueError(f"endpoints: names must be unique; more than once: {', '.join(twice)}")
        return self

    @property
    def places(self) -> list[EndpointEntry]:
        """The endpoints that jobs use: those listed, or two of the studio's."""
        return self.endpoints or _of_the_studio(self.endpoint_url)

    @property
    def database(self) -> Path:
        """Where the jobs' mirror is."""
        return settings().home / self.database_path

    def limit(self, field: str) -> Limit:
        """Return the range of `field`: config.json's, and where that is silent, ours."""
        ours, theirs = LIMITS[field], self.validation_limits.get(field, Limit())
        return Limit(
            min=ours.min if theirs.min is None else theirs.min, max=ours.max if theirs.max is None else theirs.max
        )


def config_file() -> Path | None:
    """Return the file that is read; raises FileNotFoundError for one that IMAGE_CONFIG names and that is not there."""
    named = os.environ.get(CONFIG_FILE, "").strip()
    path = Path(named) if named else CHECKOUT / "config.json"
    if path.is_file():
        return path
    if named:
        raise FileNotFoundError(f"{CONFIG_FILE}: there is no file {path}")
    return None


def _of_the_studio(url: str) -> list[EndpointEntry]:
    if not url:
        return []
    parts = urlsplit(url)
    where: dict[str, Any] = {"ip": parts.hostname or "localhost", "port": parts.port or 80, "url": url}
    return [EndpointEntry(name=f"Studio {number}", **where) for number in (1, 2)]


@lru_cache(maxsize=1)
def image_settings() -> ImageSettings:
    """Return the process's settings of the image pipeline."""
    return ImageSettings()

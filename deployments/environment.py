"""The environment that every process of one stack shares."""

import os
import sys
from pathlib import Path

from blocks.images.settings import image_settings
from blocks.settings import CHECKOUT
from deployments.settings import LOOPBACK, StackSettings

NOBODY = CHECKOUT / "deployments" / "nobody.pem"
HEARTBEAT_S = 30  # the least that Prefect allows

# A profile, a cloud account or an address of the user's own would send parts of the stack elsewhere.
USERS_OWN = ("PREFECT_PROFILE", "PREFECT_PROFILES_PATH", "PREFECT_API_KEY", "PREFECT_API_URL", "PREFECT_UI_URL")

# Each service that the studio can stand in for: the variables that name its address, and where the studio serves it.
STUDIO_SERVICES = {
    ("IMAGE_MANIPULATOR_URL",): "image-manipulator",
    ("BIREFNET_URL",): "birefnet",
    ("SAM3_URL",): "sam3",
    ("A100_SERVER_URL", "A100_URL"): "a100",
    ("TRELLIS_URL",): "trellis",
    ("IMAGE_ENDPOINT_URL",): "image-endpoint",
}


def stack_environment(home: Path, settings: StackSettings, extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a stack whose files lie in `home`; `extra` overrides what the caller's has."""
    base = {name: value for name, value in os.environ.items() if name not in USERS_OWN}
    given = base | (extra or {})
    return given | _places(home) | _addresses(settings) | studio_addresses(given, settings) | _behaviour(settings)


def studio_url(settings: StackSettings) -> str:
    """Return where the studio of the stack answers."""
    return f"http://{LOOPBACK}:{settings.studio_port}"


def studio_addresses(given: dict[str, str], settings: StackSettings) -> dict[str, str]:
    """Return the address of each service that `given` does not name: the studio's."""
    return {
        names[0]: f"{studio_url(settings)}/{path}"
        for names, path in STUDIO_SERVICES.items()
        if not any(given.get(name, "").strip() for name in names) and not _is_listed(names)
    }


def _is_listed(names: tuple[str, ...]) -> bool:
    """Tell whether config.json lists image endpoints, so that the studio's are not asked for."""
    return "IMAGE_ENDPOINT_URL" in names and bool(image_settings().endpoints)


def _places(home: Path) -> dict[str, str]:
    prefect_home = home / "prefect"
    return {
        "ATELIER_HOME": str(home),
        "ATELIER_CHECKOUT": str(CHECKOUT),
        "PYTHONPATH": str(CHECKOUT),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PREFECT_HOME": str(prefect_home),
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(prefect_home / "results"),
    }


def _addresses(settings: StackSettings) -> dict[str, str]:
    return {
        "PREFECT_API_URL": f"http://{LOOPBACK}:{settings.prefect_port}/api",
        "PREFECT_API_SSL_CERT_FILE": str(NOBODY),  # plain HTTP needs none, but every client reads what it is given
        "ATELIER_API_PORT": str(settings.api_port),
        "ATELIER_STUDIO_PORT": str(settings.studio_port),
        "RING_GEN_PORT": str(settings.ring_port),
        "AGENTIC_PORT": str(settings.agentic_port),
        "TRYON_API_PORT": str(settings.tryon_port),
        "RUNPOD_IMAGE_PORT": str(settings.runpod_image_port),
        "RUNPOD_MODEL_PORT": str(settings.runpod_model_port),
        "IMAGE_DUAL_GEN_PORT": str(settings.dual_gen_port),
        "IMAGE_JSON_FROM_IMAGE_PORT": str(settings.json_from_image_port),
        "IMAGE_CREATE_JSON_PORT": str(settings.create_json_port),
        "RING_GEN_HOST": os.environ.get("RING_GEN_HOST", LOOPBACK),  # a paid service is not for the whole network
        "RING_GEN_MAX_CONCURRENT_JOBS": str(settings.max_concurrent_jobs),
    }


def _behaviour(settings: StackSettings) -> dict[str, str]:
    return {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",  # the server asks for no token
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # both ends come from one lock file
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_WORKER_QUERY_SECONDS": str(settings.worker_query_s),
        # A run that waits for its deployment's slot is looked at again after this long; Prefect's default is 30 s.
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "2",
        # A flow waits two minutes for a server that is away (2 + 4 + … + 64 s) before it gives its work up.
        "PREFECT_CLIENT_MAX_RETRIES": "6",
        # Without a sign of life a run is lost; see deployments/automations.py. Prefect's default is 180 s.
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S),
        # Slots of concurrency limits outlive the server. Kept in its memory, Prefect's default, a restart would lose
        # them: slots stay taken for good, and runs that hold one are cancelled.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        # A run that nobody is left to cancel is called cancelled after this long; Prefect's default is 5 minutes.
        "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_CANCELLING_TIMEOUT_SECONDS": "60",
        # Logs and artifacts of runs that housekeeping deleted go daily, and events after Prefect's own week. Not
        # "flow_runs": that would delete runs without their documents, which housekeeping does together.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,orphans",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_EVENT_RETENTION_OVERRIDES": '{"prefect.flow-run.heartbeat": 86400}',
        "PYTHONUNBUFFERED": "1",
    }

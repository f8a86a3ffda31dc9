"""The service probe's tasks: ask one service within its time, keep what was found, and tell of changes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from prefect import get_client, get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event
from pydantic import ValidationError

from blocks.artifacts import ArtifactNotFound, ArtifactStore
from blocks.service_checks import (
    check_blender,
    check_image_endpoints,
    check_language_model,
    check_own_server,
    check_store,
    check_trellis,
    check_try_on,
)
from flows.contracts import SERVICES_DOCUMENT, ServiceHealth, ServicesReport, ServiceState
from tasks.domain.errors import AtelierError, UpstreamError

TRY_ON_SERVICES = ("image manipulator", "birefnet", "sam3", "a100")
LANGUAGE_MODELS = ("claude", "gemini", "openai")
PATIENCE_S = 20.0
Finding = tuple[ServiceState, str, float]


@task(task_run_name="probe {service}", cache_policy=NO_CACHE)
async def probe(service: str, patience_s: float = PATIENCE_S) -> Finding:
    """Ask `service`; return its state, a line about it, and how many seconds the answer took."""
    started_s = time.perf_counter()
    try:
        async with asyncio.timeout(patience_s):
            said = await ask(service)
    except TimeoutError:
        return "down", f"no answer within {patience_s:g} s", patience_s
    except AtelierError as error:
        detail = error.detail if isinstance(error, UpstreamError) else str(error)
        return "down", detail, time.perf_counter() - started_s
    taken_s = time.perf_counter() - started_s
    return ("unconfigured", "", 0.0) if said is None else ("up", said, taken_s)


async def ask(service: str) -> str | None:
    """Put the cheapest question that `service` answers; None says that it is not meant to be there."""
    if service in LANGUAGE_MODELS:
        return await check_language_model(service)
    if service in TRY_ON_SERVICES:
        return await check_try_on(service)
    return await CHECKS[service]()


async def check_prefect() -> str:
    """Ask Prefect's server for its health; raises UpstreamError when it does not answer well."""
    async with get_client() as client:
        failure = await client.api_healthcheck()
        if failure is not None:
            raise UpstreamError("prefect", str(failure) or type(failure).__name__, retryable=True)
        return await client.api_version()


CHECKS: dict[str, Callable[[], Awaitable[str | None]]] = {
    "artifact store": check_store,
    "blender": check_blender,
    "lm studio": check_own_server,
    "image endpoints": check_image_endpoints,
    "prefect": check_prefect,
    "trellis": check_trellis,
}
SERVICES = (*CHECKS, *LANGUAGE_MODELS, *TRY_ON_SERVICES)


async def last_report() -> ServicesReport | None:
    """Return what the probe found last time, None the first time or when that cannot be read."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            content = await ArtifactStore.from_settings().read_named(SERVICES_DOCUMENT)
        return ServicesReport.model_validate_json(content)
    except ArtifactNotFound:
        return None
    except (ValidationError, UpstreamError, TimeoutError) as error:
        get_run_logger().warning("the last report is not readable: %s", error)
        return None


def report_of(findings: dict[str, Finding], last: ServicesReport | None) -> ServicesReport:
    """Put the findings together; a service whose state has not changed keeps its `since`."""
    now = datetime.now(UTC)
    services = {}
    for service, (state, detail, latency_s) in findings.items():
        before = last.services.get(service) if last else None
        since = before.since if before and before.state == state else now
        services[service] = ServiceHealth(
            state=state, detail=detail, latency_s=round(latency_s, 3), checked_at=now, since=since
        )
    return ServicesReport(checked_at=now, services=services)


@task(task_run_name="keep the report", cache_policy=NO_CACHE)
async def keep(report: ServicesReport) -> None:
    """Write the document that /health reads, and the table for Prefect's pages; a store that is down is only told."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await ArtifactStore.from_settings().write_named(SERVICES_DOCUMENT, report.model_dump_json().encode())
    except (UpstreamError, TimeoutError) as error:
        get_run_logger().error("the report could not be kept: %s", error or "no answer in time")
    rows = [{"service": name, **health.model_dump(mode="json")} for name, health in report.services.items()]
    await acreate_table_artifact(rows, key="services", description="Outside services, as last asked")


def tell_changes(report: ServicesReport, last: ServicesReport | None) -> None:
    """Log every service whose state changed and emit an event for it, which automations can act on."""
    for name, health in report.services.items():
        before = last.services[name].state if last and name in last.services else None
        if health.state in (before, "unconfigured") or (before is None and health.state == "up"):
            continue
        get_run_logger().warning("%s is %s, was %s: %s", name, health.state, before or "not known", health.detail)
        resource = {
            "prefect.resource.id": f"atelier.service.{name.replace(' ', '-')}",
            "prefect.resource.name": name,
        }
        emit_event(f"atelier.service.{health.state}", resource=resource, payload=health.model_dump(mode="json"))

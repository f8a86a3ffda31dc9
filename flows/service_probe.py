"""Ask every outside service whether it is there; nothing of it costs money, and nothing hangs.

store, Blender, models, try-on, Prefect ─► probe, side by side ─► health/services.json ─► /health
                                       └► a table, and an event for each change
"""

import asyncio

from prefect import flow

from flows.contracts import ServicesReport
from tasks.service_probe import SERVICES, keep, last_report, probe, report_of, tell_changes

FLOW_TIMEOUT_S = 120


@flow(name="service-probe", timeout_seconds=FLOW_TIMEOUT_S)
async def service_probe() -> ServicesReport:
    """Ask each service once; the run completes even when one is down, and its result says so."""
    last = await last_report()
    findings = await asyncio.gather(*(probe(service) for service in SERVICES))
    report = report_of(dict(zip(SERVICES, findings, strict=True)), last)
    await keep(report)
    tell_changes(report, last)
    return report

"""Forget what is old, all of it together.

    runs, documents, sessions ┐                ┌─ cached results ─► documents ─► runs ─► bytes (forget)
    cached results            ├─ look around ──┤
    bytes by digest           ┘                └─ report

No cached result is left that names missing bytes, and no bytes go that anything still names.
"""

from collections.abc import Iterable

from prefect import flow

from flows.contracts import HousekeepingLine, HousekeepingReport, HousekeepingRequest
from tasks.domain.retention import Stored
from tasks.housekeeping import House, Rules, forget, look_around, show

FLOW_TIMEOUT_S = 1800
EVERYTHING = HousekeepingRequest()


@flow(name="housekeeping", timeout_seconds=FLOW_TIMEOUT_S)
async def housekeeping(request: HousekeepingRequest = EVERYTHING) -> HousekeepingReport:
    """Remove old runs with their documents, sessions, cached results and bytes; a dry run only says which."""
    rules = Rules.of(request)
    house = await look_around(rules)
    if not request.dry_run:
        await forget(house)
    report = report_of(house, rules, dry_run=request.dry_run)
    await show(report)
    return report


def report_of(house: House, rules: Rules, *, dry_run: bool) -> HousekeepingReport:
    """Say what went and what stays."""
    waiting = len(house.condemned) - len(house.old_blobs)
    young = "younger, or not ended"
    return HousekeepingReport(
        dry_run=dry_run,
        ended_before=rules.cutoff,
        lines=[
            _line("runs", len(house.old_runs), house.runs, young),
            _line("run documents", house.old_documents, sum(map(len, house.documents.runs.values())), young),
            _line("session documents", house.old_sessions, sum(map(len, house.documents.sessions.values())), "younger"),
            _line("cached results", [r.file for r in house.old_results], len(house.results), "younger, bytes present"),
            _line("artifacts", house.old_blobs, len(house.blobs), f"named by what stays; {waiting} in their grace"),
        ],
        foreign=house.foreign,
        notes=house.notes,
    )


def _line(kind: str, going: Iterable[Stored] | int, total: int, why: str) -> HousekeepingLine:
    if isinstance(going, int):
        return HousekeepingLine(kind=kind, removed=going, kept=total - going, why_kept=why)
    sizes = [stored.size for stored in going]
    return HousekeepingLine(
        kind=kind, removed=len(sizes), removed_bytes=sum(sizes), kept=total - len(sizes), why_kept=why
    )

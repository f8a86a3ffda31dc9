"""Housekeeping's tasks: look at all that is kept, decide what may go, and let it go in an order that a crash survives.

Cached results go first, then documents and runs, then bytes: whatever is left after a crash names only what is there.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect import get_client, get_run_logger, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient

from blocks.artifacts import ArtifactNotFound, ArtifactStore
from blocks.result_cache import ResultCache
from flows.contracts import HousekeepingReport, HousekeepingRequest
from tasks import run_history
from tasks.domain.retention import (
    CachedResult,
    Documents,
    Stored,
    artifacts_named_in,
    condemn,
    is_old,
    must_go,
    sorted_out,
    to_sweep,
)
from tasks.housekeeping_report import markdown
from tasks.retention_settings import RetentionSettings
from tasks.run_history import OURS, UPKEEP

LEDGER = "housekeeping/condemned.json"  # digest → since when nothing names it


@dataclass(frozen=True)
class Rules:
    """The times and limits of one housekeeping."""

    now: datetime
    cutoff: datetime
    upkeep_cutoff: datetime
    grace: timedelta
    limit: int

    @classmethod
    def of(cls, request: HousekeepingRequest) -> "Rules":
        """Take the ages from the settings; raises ValueError when they break a contract's promise."""
        kept, now = RetentionSettings(), datetime.now(UTC)
        grace = timedelta(hours=request.grace_hours)
        return cls(now, now - kept.retention, now - kept.upkeep_retention, grace, request.limit)


@dataclass
class House:
    """All that is kept, and of it what may go."""

    documents: Documents
    all_documents: list[Stored]
    results: list[CachedResult]
    blobs: dict[str, Stored]
    runs: int
    foreign: list[str]
    old_results: list[CachedResult] = field(default_factory=list)
    old_documents: list[Stored] = field(default_factory=list)
    old_sessions: list[Stored] = field(default_factory=list)
    old_runs: list[UUID] = field(default_factory=list)
    condemned: dict[str, datetime] = field(default_factory=dict)
    old_blobs: list[Stored] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@task(task_run_name="look around", cache_policy=NO_CACHE)
async def look_around(rules: Rules) -> House:
    """Return what is kept and what of it may go; changes nothing."""
    store, cache = ArtifactStore.from_settings(), await ResultCache.of_this_process()
    async with get_client() as client:
        house = await _all_that_is_kept(store, cache, client)
        await _choose_runs(house, rules, client)
        _choose_documents(house, rules)
        house.old_results = [r for r in house.results if must_go(r, house.blobs, rules.cutoff)][: rules.limit]
        if cache is None:
            house.notes.append("artifacts stay: cached results lie elsewhere, and nobody can see which they name")
            return house
        marked = await run_history.artifacts_asked_with(client, rules.cutoff)
    marked |= await _named_by_what_stays(house, store)
    house.condemned = condemn(house.blobs.keys() - marked, await _condemned_before(store, house), rules.now)
    swept = to_sweep(house.condemned, house.blobs, rules.now, rules.grace)
    house.old_blobs = [house.blobs[digest] for digest in swept[: rules.limit]]
    return house


async def _all_that_is_kept(store: ArtifactStore, cache: ResultCache | None, client: PrefectClient) -> House:
    """Read the listings; bytes last, so that all that an older listing names is in theirs."""
    results, strange = cache.read() if cache else ([], [])
    all_documents = await store.stored("named")
    documents = sorted_out(all_documents)
    return House(
        documents=documents,
        all_documents=all_documents,
        results=results,
        blobs={blob.name: blob for blob in await store.stored("hashed")},
        runs=await run_history.count_runs(client, await run_history.flows_tagged(client, OURS)),
        foreign=[f"document {document.name}" for document in documents.foreign]
        + [f"cached result {file.name}" for file in strange],
    )


async def _choose_runs(house: House, rules: Rules, client: PrefectClient) -> None:
    """Choose finished runs that are old, and the documents of runs that Prefect does not know any more."""
    flows = await run_history.flows_tagged(client, OURS)
    upkeep = await run_history.flows_tagged(client, OURS, UPKEEP)
    old = await run_history.old_runs(client, upkeep, rules.upkeep_cutoff, rules.limit)
    old += await run_history.old_runs(client, flows, rules.cutoff, rules.limit - len(old))
    house.old_runs = list(dict.fromkeys(old))
    silent = [run for run, documents in house.documents.runs.items() if is_old(documents, rules.cutoff)]
    lost = set(silent) - await run_history.known_runs(client, silent)
    gone = sorted(lost)[: rules.limit] + house.old_runs
    house.old_documents = [document for run in gone for document in house.documents.runs.get(run, [])]


def _choose_documents(house: House, rules: Rules) -> None:
    old = [documents for documents in house.documents.sessions.values() if is_old(documents, rules.cutoff)]
    house.old_sessions = [document for documents in old[: rules.limit] for document in documents]


async def _named_by_what_stays(house: House, store: ArtifactStore) -> set[str]:
    """Return every digest that a document or a cached result which stays still names."""
    going = {document.name for document in house.old_documents + house.old_sessions}
    forgotten = {result.file.name for result in house.old_results}
    kept = [result for result in house.results if result.file.name not in forgotten]
    marked = {digest for result in kept for digest in result.artifacts or ()}
    for document in house.all_documents:
        if document.name not in going:
            marked |= artifacts_named_in(await _content(store, document.name))
    return marked


async def _content(store: ArtifactStore, name: str) -> bytes:
    try:
        return await store.read_named(name)
    except ArtifactNotFound:  # gone since it was listed
        return b""


async def _condemned_before(store: ArtifactStore, house: House) -> dict[str, datetime]:
    """Return the last time's ledger; a damaged one only means that the grace period begins anew."""
    content = await _content(store, LEDGER)
    try:
        return {digest: datetime.fromisoformat(since) for digest, since in json.loads(content or b"{}").items()}
    except (ValueError, AttributeError, TypeError) as error:
        house.notes.append(f"{LEDGER} is damaged and begins anew: {error}")
        return {}


@task(task_run_name="forget", cache_policy=NO_CACHE)
async def forget(house: House) -> None:
    """Remove what was chosen, bytes last."""
    store, cache = ArtifactStore.from_settings(), await ResultCache.of_this_process()
    if cache is not None:
        for result in house.old_results:
            cache.remove(result.file.name)
    await _forget_documents(store, house.old_documents + house.old_sessions)
    async with get_client() as client:
        for run in house.old_runs:
            await run_history.delete_run(client, run)
    swept = {blob.name for blob in house.old_blobs}
    for digest in swept:
        await store.remove(f"azure://{store.container}/hashed/{digest}")
    left = {digest: since.isoformat() for digest, since in house.condemned.items() if digest not in swept}
    await store.write_named(LEDGER, json.dumps(left).encode())


async def _forget_documents(store: ArtifactStore, documents: Iterable[Stored]) -> None:
    for document in documents:
        await store.remove_named(document.name)


@task(task_run_name="show the report", cache_policy=NO_CACHE)
async def show(report: HousekeepingReport) -> None:
    """Leave the report in Prefect's pages, and warn of what is foreign."""
    for name in report.foreign:
        get_run_logger().warning("foreign, left alone: %s", name)
    await acreate_markdown_artifact(markdown(report), key="housekeeping", description="What went, and what stayed")

"""What the native API does: runs of every pipeline, found, started, listed and shown."""

import hashlib
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID, uuid4

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort

from api.errors import DeploymentMissing, Refusal, RunNotFound
from api.native.inputs import checked_request
from api.native.load import Load
from api.native.models import RunPage, RunView, Submission
from api.native.views import run_view, with_urls
from api.parameters import check_json, check_parameters
from api.runs import Runs, of_types
from api.settings import ApiSettings
from api.states import NativeWord, native_types
from blocks.artifacts import ArtifactNotFound, ArtifactStore
from blocks.webhooks import check_webhook_url
from deployments.catalog import PIPELINES, Pipeline

DIGEST, WEBHOOK = "atelier.digest", "atelier.webhook"
WEBHOOK_TAG = "webhook"
NAME_CHARACTERS = 60


class UnknownPipeline(Refusal):
    """No pipeline has that name."""

    status = 404
    code = "pipeline_not_found"


class KeyInUse(Refusal):
    """A request with the same idempotency key is being worked on."""

    status = 409
    code = "idempotency_key_in_flight"
    retry_after_s = 1


class KeyReused(Refusal):
    """The idempotency key stands for another request."""

    status = 422
    code = "idempotency_key_reused"


@dataclass(frozen=True)
class Kept:
    """A pipeline, its runs, and its load."""

    pipeline: Pipeline
    runs: Runs
    load: Load


@dataclass(frozen=True)
class Wanted:
    """Which runs a list shows; empty means any."""

    pipelines: list[str]
    states: list[NativeWord]
    created_after: datetime | None
    created_before: datetime
    limit: int
    offset: int


class Native:
    """The native API's pipelines. Open it with `async with`; it keeps no run of its own."""

    def __init__(self, api: ApiSettings, store: ArtifactStore) -> None:
        self.settings = api
        self.store = store
        self.kept = {name: _keep(pipeline, api) for name, pipeline in PIPELINES.items()}
        self._in_flight: set[str] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for kept in self.kept.values():
            await self._stack.enter_async_context(kept.runs)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._stack.aclose()

    def pipeline(self, name: str) -> Kept:
        """Return pipeline `name`; raises UnknownPipeline."""
        if name not in self.kept:
            raise UnknownPipeline(f"there is no pipeline {name}; there are: {', '.join(self.kept)}")
        return self.kept[name]

    async def submit(self, kept: Kept, asked: Submission, key: str | None) -> FlowRun:
        """Start a run, or return the one that the same request with the same idempotency `key` started.

        Raises KeyInUse, KeyReused, QueueFull, InvalidInput, UpstreamError, OrchestratorUnavailable.
        """
        check_json(asked.request)
        if key is None:
            return await self._start(kept, asked, uuid4().hex)
        claim = f"{kept.pipeline.name}:{key}"
        if claim in self._in_flight:
            raise KeyInUse("a request with this Idempotency-Key is being worked on")
        self._in_flight.add(claim)
        try:
            run = await self._existing(kept, key) or await self._start(kept, asked, key)
        finally:
            self._in_flight.discard(claim)
        if run.labels.get(DIGEST) != _digest(asked):
            raise KeyReused("this Idempotency-Key was used for another request")
        return run

    async def find(self, run: str) -> tuple[Kept, FlowRun]:
        """Return run `run` and whose it is; raises RunNotFound."""
        try:
            found = await next(iter(self.kept.values())).runs.prefect.read(UUID(run))
        except ValueError as error:
            raise RunNotFound(f"run {run} is not known") from error
        kept = await self._owner(found.deployment_id) if found else None
        if found is None or kept is None:
            raise RunNotFound(f"run {run} is not known")
        return kept, found

    async def view(self, kept: Kept, run: FlowRun, prefix: str) -> RunView:
        """Return `run` as it is shown."""
        view = run_view(run, kept.pipeline.name, prefix)
        return view.model_copy(update={"eta_s": await kept.load.eta_s(run, view.progress)})

    async def result(self, run: FlowRun, prefix: str) -> dict[str, Any] | None:
        """Return what `run` left, with links to its artifacts; None when it left nothing, or it is deleted by now."""
        if run.state is None or not run.state.is_final():
            return None
        try:
            document = json.loads(await self.store.read_named(result_name(run.id)))
        except ArtifactNotFound:
            return None
        found: dict[str, Any] = with_urls(document, self._url(prefix))
        return found

    async def retry(self, kept: Kept, run: str) -> FlowRun:
        """Run a failed, crashed or cancelled run again; raises WrongState and QueueFull."""
        async with kept.load.place():
            again = await kept.runs.retry(run)
        await self.store.remove_named(result_name(again.id))
        return again

    async def page(self, wanted: Wanted, prefix: str) -> RunPage:
        """Return the runs that fit, newest first. The link to the next page leaves out what came since."""
        owners = await self._owners(wanted.pipelines or list(self.kept))
        created = FlowRunFilterExpectedStartTime(after_=wanted.created_after, before_=wanted.created_before)
        asked = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=list(owners)),
            state=of_types(native_types(wanted.states)) if wanted.states else None,
            expected_start_time=created,
        )
        async with next(iter(self.kept.values())).runs.prefect.answering() as client:
            runs = await client.read_flow_runs(
                flow_run_filter=asked,
                sort=FlowRunSort.EXPECTED_START_TIME_DESC,
                limit=wanted.limit,
                offset=wanted.offset,
            )
        views = [run_view(run, owners[run.deployment_id].pipeline.name, prefix) for run in runs if run.deployment_id]
        return RunPage(runs=views, next=_next_page(wanted, prefix) if len(runs) == wanted.limit else None)

    async def _start(self, kept: Kept, asked: Submission, key: str) -> FlowRun:
        if asked.webhook_url:
            await check_webhook_url(asked.webhook_url)
        request = await checked_request(asked.request, kept.pipeline, self.store)
        check_parameters(request)
        hook = {WEBHOOK: asked.webhook_url} if asked.webhook_url else {}
        async with kept.load.place():
            return await kept.runs.create(
                request,
                key=f"native:{key}",
                name=_readable_name(request, kept.pipeline),
                tags=[kept.pipeline.name, *asked.tags, *([WEBHOOK_TAG] if hook else [])],
                labels={"atelier.progress": 0, DIGEST: _digest(asked), **hook},
            )

    async def _existing(self, kept: Kept, key: str) -> FlowRun | None:
        try:
            return await kept.runs.read(f"native:{key}")
        except RunNotFound:
            return None

    async def _owner(self, deployment_id: UUID | None) -> Kept | None:
        return (await self._owners(list(self.kept))).get(deployment_id) if deployment_id else None

    async def _owners(self, names: list[str]) -> dict[UUID, Kept]:
        """Return the pipelines by their deployment; one that is not set up has no runs."""
        owners = {}
        for kept in (self.pipeline(name) for name in names):
            try:
                owners[(await kept.runs.deployment()).id] = kept
            except DeploymentMissing:
                continue
        return owners

    def _url(self, prefix: str) -> Any:
        def url(uri: str) -> str:
            signed = self.store.signed_url(uri, expires_in_s=self.settings.link_ttl_s)
            return f"{prefix}{signed}" if signed.startswith("/") else signed

        return url


def result_name(run: UUID) -> str:
    """Return where the flow leaves the result of `run` in the artifact store."""
    return f"runs/{run}/result.json"


def _keep(pipeline: Pipeline, api: ApiSettings) -> Kept:
    runs = Runs(
        pipeline.deployment, api_url=api.prefect_api_url, timeout_s=api.prefect_timeout_s, cache_s=api.run_cache_s
    )
    return Kept(pipeline, runs, Load(pipeline, runs))


def _digest(asked: Submission) -> str:
    """Return the fingerprint of everything that was asked."""
    plain = json.dumps([asked.request, asked.webhook_url, asked.tags], sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def _readable_name(request: dict[str, Any], pipeline: Pipeline) -> str:
    words = " ".join(str(request.get("prompt") or pipeline.title).split())
    return words[: NAME_CHARACTERS - 1] + "…" if len(words) > NAME_CHARACTERS else words


def _next_page(wanted: Wanted, prefix: str) -> str:
    query: list[tuple[str, Any]] = [
        *(("pipeline", name) for name in wanted.pipelines),
        *(("state", word) for word in wanted.states),
        ("created_before", wanted.created_before.isoformat()),
        ("limit", wanted.limit),
        ("offset", wanted.offset + wanted.limit),
    ]
    if wanted.created_after:
        query.append(("created_after", wanted.created_after.isoformat()))
    return f"{prefix}/runs?{urlencode(query)}"

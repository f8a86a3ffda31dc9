"""The endpoints as a whole: their queue, their health, whom they let in, what they take, and who is away."""

import time
from typing import Any

import httpx
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.states import Failed
from pydantic import SecretStr

from api.contracts.runpod_settings import RunPodSettings
from api.settings import ApiSettings
from blocks.artifacts import ArtifactStore
from flows.contracts import ConceptsResult
from tests.prefect_server import Hand, Served, free_port
from tests.runpod.conftest import FOX, IMAGE, MODEL, PICTURE, SIZE, Both, Client, Shim, begun, finished, run_id
from tests.waiting import eventually

KEY = "rpa_secret"
ROUTES = [
    ("POST", "run"),
    ("POST", "runsync"),
    ("GET", "status/x"),
    ("POST", "status/x"),
    ("GET", "stream/x"),
    ("POST", "stream/x"),
    ("POST", "cancel/x"),
    ("POST", "retry/x"),
    ("POST", "purge-queue"),
    ("GET", "health"),
]


async def test_health_counts_jobs(both: Both, hand: Hand) -> None:
    """Each state and retries are counted, of this endpoint alone; without a pool there is no worker."""
    before = (await both.image.get("health")).json()
    assert before["workers"] == {"idle": 0, "initializing": 0, "ready": 0, "running": 0, "throttled": 0}
    done, failed, running = [await both.image.started(FOX) for _ in range(3)]
    await both.image.started(FOX)
    await both.model.started(SIZE)
    picture = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, done, ConceptsResult(success=True, concepts=[picture]))
    await finished(hand, failed, ConceptsResult(success=False, error="no"))
    await begun(hand, running)
    after = (await both.image.get("health")).json()["jobs"]
    grown = {name: count - before["jobs"][name] for name, count in after.items()}
    assert grown == {"completed": 1, "failed": 1, "inProgress": 1, "inQueue": 1, "retried": 0}
    await both.image.post(f"retry/{failed}")
    again = (await both.image.get("health")).json()["jobs"]
    changed = {name: count - after[name] for name, count in again.items()}
    assert changed == {"completed": 0, "failed": -1, "inProgress": 0, "inQueue": 1, "retried": 1}


async def test_only_what_waits_is_purged(both: Both, hand: Hand) -> None:
    """Both operations' queues are emptied and counted; what runs, has ended, or is another endpoint's stays."""
    running, refused = await both.model.started(PICTURE), await both.model.started({"operation": "x"})
    await begun(hand, running)
    waiting = [await both.model.started(given) for given in (PICTURE, SIZE, SIZE)]
    other = await both.image.started(FOX)
    answer = await both.model.post("purge-queue")
    assert (answer.status_code, answer.json()) == (200, {"removed": 3, "status": "completed"})
    assert [(await both.model.status(job))["status"] for job in waiting] == ["CANCELLED"] * 3
    assert (await both.model.status(running))["status"] == "IN_PROGRESS"
    assert (await both.model.status(refused))["status"] == "FAILED"
    assert (await both.image.status(other))["status"] == "IN_QUEUE"
    assert (await both.model.post("purge-queue")).json()["removed"] == 0


async def test_a_queue_has_an_end(shim: Shim) -> None:
    """One job more than may wait is refused for a while; a job that fails at once needs no place."""
    image = await shim.client(IMAGE, max_queue_size=2)
    for _ in range(2):
        await image.started(FOX)
    answer = await image.post("run", json={"input": FOX})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")
    await image.started({"operation": "x"})


async def test_the_key_guards_everything(shim: Shim) -> None:
    """Without the key every route answers 401 with a reason, before anything else; with or without Bearer it opens."""
    image = await shim.client(IMAGE, api_key=SecretStr(KEY))
    for method, route in ROUTES:
        for given in (None, "", "Bearer", "wrong", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", KEY[:-1]):
            answer = await image.request(method, route, headers={"Authorization": given} if given is not None else {})
            assert (answer.status_code, answer.json()) == (401, {"error": "Authorization is missing or wrong"}), route
        for given in (KEY, f"Bearer {KEY}", f"bearer {KEY}"):
            answer = await image.request(method, route, headers={"Authorization": given})
            assert answer.status_code in {200, 400, 404}, route


async def test_only_known_endpoints_answer(shim: Shim) -> None:
    """Any other id is 404; the ids are settings."""
    url = await shim.url(endpoint_1_id="abc123")
    for endpoint, status in (("abc123", 200), ("model-generator", 200), (IMAGE, 404), ("x", 404)):
        assert (await shim.of(f"{url}/v2/{endpoint}/").get("health")).status_code == status


async def test_payloads_have_their_limits(shim: Shim) -> None:
    """/run takes less than /runsync; more is 413, whether the length is declared or the body comes in pieces."""
    image = await shim.client(IMAGE, max_run_bytes=2000, max_runsync_bytes=4000)

    async def pieces(size: int) -> Any:
        for _ in range(size // 100):
            yield b" " * 100

    for route, limit in (("run", 2000), ("runsync", 4000)):
        fits = b'{"input": {}}'.ljust(limit)
        assert (await image.post(route, content=fits)).status_code == 200
        for content in (fits + b" ", pieces(limit + 100)):
            answer = await image.post(route, content=content)
            assert answer.status_code == 413
            assert isinstance(answer.json()["error"], str)


def test_the_limits_are_those_of_the_contract() -> None:
    """10 MB for /run, 20 MB for /runsync, 90 s of waiting."""
    settings = RunPodSettings(_env_file=None)
    megabytes = settings.max_run_bytes / 2**20, settings.max_runsync_bytes / 2**20
    assert (megabytes, settings.default_wait_ms) == ((10, 20), 90_000)


async def test_without_prefect_nothing_is_made_up(served: Served, store: ArtifactStore) -> None:
    """Every route that needs Prefect answers 503 and when to try again."""
    api = ApiSettings(PREFECT_API_URL=f"http://127.0.0.1:{free_port()}/api", prefect_timeout_s=1)
    shim = Shim(served, api, store)
    image = await shim.client(IMAGE)
    run = "8b1f6a52-0d6c-4a4e-9f5f-0a4c5d1f2b11-u1"
    for method, route in (*ROUTES, ("GET", f"status/{run}"), ("POST", f"cancel/{run}"), ("POST", f"retry/{run}")):
        if not route.endswith("/x"):
            answer = await image.request(method, route, json={"input": FOX})
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2"), route
            assert isinstance(answer.json()["error"], str)
    await image.aclose()


async def test_a_worker_has_its_routes_at_root(shim: Shim, hand: Hand) -> None:
    """On its own port a worker knows its own jobs, and serves the files that its links name."""
    image, model = await shim.worker(0), await shim.worker(1)
    job = await image.started(FOX)
    picture = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, job, ConceptsResult(success=True, concepts=[picture]))
    (url,) = (await image.status(job))["output"]["concept_urls"]
    assert url.startswith(str(image.base_url))
    assert (await image.get(url)).content == await hand.store.read(picture)
    assert (await model.get(f"status/{job}")).status_code == 404
    assert (await image.get("health")).json()["jobs"]["completed"] >= 1
    assert (await image.get("")).headers["Location"] == "/docs"
    assert "image-generator" in (await image.get("docs")).text


async def test_links_begin_where_they_are_told(shim: Shim, hand: Hand) -> None:
    """Behind a proxy, the public address is a setting."""
    image = await shim.client(IMAGE, public_url="https://atelier.example/")
    job = await image.started(FOX)
    picture = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, job, ConceptsResult(success=True, concepts=[picture]))
    (url,) = (await image.status(job))["output"]["concept_urls"]
    assert url.startswith(f"https://atelier.example/artifacts/{picture.sha256}?")


async def test_a_result_that_is_not_there_yet(image: Client, hand: Hand) -> None:
    """COMPLETED is only said together with an output: until the result can be read, the job is in progress."""
    job = await image.started(FOX)
    await finished(hand, job, ConceptsResult(success=True))
    await hand.store.remove_named(f"runs/{run_id(job)}/result.json")
    assert await image.status(job) == {"id": job, "status": "IN_PROGRESS"}


async def test_a_job_expires_in_the_queue(image: Client, hand: Hand) -> None:
    """After its ttl it is TIMED_OUT with the reason, nothing runs, and it may be retried for as long again."""
    job = await image.started(FOX, policy={"ttl": 300})
    document = await eventually(lambda: _timed_out(image, job), "the job is to expire", 30)
    assert document["error"] == "the job expired in the queue after its ttl of 300 ms"
    run = await hand.client.read_flow_run(await hand.run_id(run_id(job)))
    assert run.state
    assert run.state.is_cancelled()
    assert (await image.post(f"retry/{job}")).json()["status"] == "IN_QUEUE"
    assert (await image.status(job))["status"] == "IN_QUEUE"
    await eventually(lambda: _timed_out(image, job), "the job is to expire again", 30)


async def test_a_job_may_run_only_so_long(image: Client, hand: Hand) -> None:
    """After its executionTimeout its run is being cancelled, which ends its process, and it is TIMED_OUT."""
    job = await image.started(FOX, policy={"executionTimeout": 300, "lowPriority": False, "ttl": None})
    assert (await image.status(job))["status"] == "IN_QUEUE"
    await begun(hand, job)
    document = await eventually(lambda: _timed_out(image, job), "the job is to be ended", 30)
    assert document["error"] == "the job ran longer than its executionTimeout of 300 ms"
    run = await hand.client.read_flow_run(await hand.run_id(run_id(job)))
    assert run.state
    assert run.state.type.value == "CANCELLING"
    assert (await image.post(f"retry/{job}")).status_code == 400  # it has not ended yet
    assert (await image.post(f"cancel/{job}")).json() == {"id": job, "status": "TIMED_OUT"}


async def _timed_out(client: Client, job: str) -> dict[str, Any] | None:
    document = await client.status(job)
    return document if document["status"] == "TIMED_OUT" else None


async def test_the_flow_s_own_time_out_is_one(image: Client, hand: Hand) -> None:
    """A run that Prefect ended for its time says so in Prefect's words."""
    job = await image.started(FOX)
    await begun(hand, job)
    await hand.set(run_id(job), Failed(name="TimedOut", message="Flow run exceeded timeout of 1800.0 second(s)"))
    document = await image.status(job)
    assert (document["status"], document["error"]) == ("TIMED_OUT", "Flow run exceeded timeout of 1800.0 second(s)")


async def test_a_policy_has_its_limits(image: Client) -> None:
    """What is no time is 400, and starts nothing."""
    for policy in ({"ttl": 0}, {"ttl": -5}, {"ttl": "x"}, {"executionTimeout": 0}, {"ttl": 10**12}, 7):
        assert (await image.refused(400, input=FOX, policy=policy)).startswith("policy")
    assert (await image.get("health")).json()["jobs"]["inQueue"] == 0


async def test_a_webhook_inside_is_refused(image: Client) -> None:
    """Before any work is done: an address that nothing would be sent to is 400."""
    for url in ("ftp://example.com/", "http://127.0.0.1/", "http://169.254.169.254/x", "http://[::1]/", "no url", ""):
        assert (await image.refused(400, input=FOX, webhook=url)).startswith("webhook")
    assert (await image.get("health")).json()["jobs"]["inQueue"] == 0


async def test_a_job_with_low_priority_waits_behind_others(shim: Shim, hand: Hand) -> None:
    """Its run is in a queue of its own, which comes after the deployment's; without a pool it waits as any other."""
    plain = await (await shim.client(MODEL)).started(SIZE, policy={"lowPriority": True})
    assert (await hand.client.read_flow_run(await hand.run_id(run_id(plain)))).work_queue_name is None
    await hand.client.create_work_pool(WorkPoolCreate(name="later", type="process"))
    deployment = await hand.client.read_deployment_by_name("generate-concepts/default")
    try:
        await _pool(hand, deployment.id, "later", "concepts")
        image = await shim.client(IMAGE)
        low = await image.started(FOX, policy={"lowPriority": True})
        high = await image.started(FOX)
        runs = [await hand.client.read_flow_run(await hand.run_id(run_id(job))) for job in (low, high)]
        assert [run.work_queue_name for run in runs] == ["concepts-later", "concepts"]
        queues = {queue.name: queue for queue in await hand.client.read_work_queues(work_pool_name="later")}
        assert queues["concepts-later"].priority > queues["concepts"].priority
        assert (await image.get("health")).json()["workers"]["ready"] == 0
        await hand.client.send_worker_heartbeat("later", "one", heartbeat_interval_seconds=30)
        counted = (await image.get("health")).json()["workers"]
        assert counted == {"idle": 1, "initializing": 0, "ready": 1, "running": 0, "throttled": 0}
    finally:
        await hand.client.delete_work_pool("later")


async def _pool(hand: Hand, deployment: Any, pool: str, queue: str) -> None:
    """Give a deployment a pool."""
    answer = await hand.client.request(
        "PATCH",
        "/deployments/{id}",
        path_params={"id": deployment},
        json={"work_pool_name": pool, "work_queue_name": queue},
    )
    assert answer.status_code == httpx.codes.NO_CONTENT


async def test_times_are_those_of_the_run(image: Client, hand: Hand) -> None:
    """delayTime is what it waited, executionTime what it ran, both in ms."""
    job = await image.started(FOX)
    started_s = time.monotonic()
    await begun(hand, job)
    await finished(hand, job, ConceptsResult(success=False, error="no"))
    took_ms = (time.monotonic() - started_s) * 1000
    document = await image.status(job)
    run = await hand.client.read_flow_run(await hand.run_id(run_id(job)))
    assert run.created and run.start_time and run.end_time  # noqa: PT018
    assert document["delayTime"] == round((run.start_time - run.created).total_seconds() * 1000)
    assert 0 <= document["executionTime"] <= took_ms + 1

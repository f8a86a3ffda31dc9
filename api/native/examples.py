"""One example for every answer, shown in the API's documentation."""

from typing import Any

RUN_ID = "0198f0c2-7d1e-7a90-9c3b-2f6f1c1f9a10"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LINKS = {
    "self": f"/runs/{RUN_ID}",
    "events": f"/runs/{RUN_ID}/events",
    "result": f"/runs/{RUN_ID}/result",
    "cancel": f"/runs/{RUN_ID}/cancel",
    "retry": f"/runs/{RUN_ID}/retry",
    "prefect": f"http://127.0.0.1:4200/runs/flow-run/{RUN_ID}",
}
SUBMISSION = {"request": {"prompt": "A plain gold band, 2 mm wide", "model": "offline"}, "tags": ["spring"]}
RUNNING: dict[str, Any] = {
    "id": RUN_ID,
    "pipeline": "ring",
    "state": "running",
    "prefect_state": "Running",
    "progress": 40,
    "step": "build",
    "detail": "Blender build 1 of 3",
    "error": None,
    "eta_s": 5,
    "created_at": "2026-03-01T12:00:00Z",
    "started_at": "2026-03-01T12:00:01Z",
    "ended_at": None,
    "tags": ["ring", "spring"],
    "links": LINKS,
}
QUEUED = RUNNING | {
    "state": "queued",
    "prefect_state": "Scheduled",
    "progress": 0,
    "step": "",
    "detail": "",
    "started_at": None,
}
CANCELLING = RUNNING | {"state": "cancelling", "prefect_state": "Cancelling", "eta_s": None}
RING = {
    "success": True,
    "session_id": "s_0123456789_1772366400",
    "glb": {
        "uri": f"azure://agentic-artifacts/hashed/{DIGEST}",
        "sha256": DIGEST,
        "media_type": "model/gltf-binary",
        "size": 148_212,
        "url": f"/artifacts/{DIGEST}?expires=1772370000&signature=0f3c",
    },
}
RESULT = {"id": RUN_ID, "pipeline": "ring", "state": "completed", "result": RING}
OUTCOME = RUNNING | {
    "state": "completed",
    "prefect_state": "Completed",
    "progress": 100,
    "eta_s": None,
    "ended_at": "2026-03-01T12:00:05Z",
    "result": RING,
}
PAGE = {"runs": [RUNNING], "next": "/runs?limit=1&offset=1&created_before=2026-03-01T12%3A00%3A02%2B00%3A00"}
EVENTS = (
    'id: 1.0\nevent: state\ndata: {"state": "queued", "prefect_state": "Scheduled", "message": null, '
    '"at": "2026-03-01T12:00:00+00:00"}\n\n'
    'id: 1.40\nevent: progress\ndata: {"progress": 40, "step": "build", "detail": "Blender build 1 of 3"}\n\n'
)
PIPELINES = {"pipelines": [{"name": "ring", "title": "A ring from words or a picture", "url": "/pipelines/ring"}]}
PIPELINE = {
    "name": "ring",
    "title": "A ring from words or a picture",
    "description": "What to make. A prompt, a reference picture, or both.",
    "queue_limit": 64,
    "typical_s": 4.2,
    "waiting": 0,
    "request_schema": {"type": "object"},
    "result_schema": {"type": "object"},
    "submit": "/runs/ring",
}
STYLES = [{"id": "art-deco", "name": "Art Deco", "preview": "/ring/ui/samples/styles/art-deco.jpg"}]
READY = {"ready": True, "checks": {"prefect": True, "store": True, "deployment ring": True, "worker blender": True}}
CONTRACTS = {"service": "atelier", "docs": "/docs", "ring": "/ring/", "agentic": "/agentic/"}
ALIVE = {"status": "ok", "service": "atelier"}
ERROR = {
    "type": "urn:atelier:problem:run_not_found",
    "title": "Not Found",
    "status": 404,
    "detail": f"run {RUN_ID} is not known",
    "code": "run_not_found",
    "correlation_id": "5f0c6d2e9b7a4c1d8e3f",
}


PROBLEM: dict[int | str, Any] = {
    "default": {"description": "What is wrong", "content": {"application/problem+json": {"example": ERROR}}}
}


def answers(
    example: Any, *, status: int = 200, media_type: str = "application/json", **more: Any
) -> dict[int | str, Any]:
    """Return a route's documented answers: its own, with an example, and the problem that stands for all errors."""
    return {status: {"content": {media_type: {"example": example}}, **more}, **PROBLEM}

"""Stand-ins for the four services, in both dialects, that answer at once with pictures made beforehand."""

import base64
import json
import threading
from typing import Any
from urllib.parse import urlsplit

from blocks.artifacts import ArtifactStore
from tests.loopback import Answer, Call, LoopbackServer
from tests.try_on import pictures

METRICS = {"precision": 0.97, "recall": 0.95, "iou": 0.92, "growth_ratio": 0.98}
PADDING = {"top": 4, "bottom": 6, "left": 0, "right": 0}
PREFIXES = {
    "IMAGE_MANIPULATOR_URL": "/image-manipulator",
    "BIREFNET_URL": "/birefnet",
    "SAM3_URL": "/sam3",
    "A100_SERVER_URL": "/a100",
}


def text(data: bytes) -> str:
    """Return `data` as base64."""
    return base64.b64encode(data).decode()


def addresses(url: str) -> dict[str, str]:
    """Return the environment that points a process at the four services below `url`."""
    return {name: url + prefix for name, prefix in PREFIXES.items()}


def _is_at(call: Call, route: str) -> bool:
    """Tell whether `call` goes to `route`, or below it where it ends with a slash."""
    return route in call.path if route.endswith("/") else call.path.endswith(route)


class FakeServices(LoopbackServer):
    """Answers every route of all four services; `replies` overrides fields of a route's reply (... takes one away).

    Jobs are processing when they are first looked at, then done. `uris` names the stored results; see `fill`.
    """

    def __init__(self) -> None:
        super().__init__(self._answered)
        self.dialect = "seed"
        self.replies: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, int] = {}
        self.uris: dict[str, str] = {}
        self._looks: dict[str, int] = {}
        self._jobs: list[str] = []
        self._lock = threading.Lock()

    async def fill(self, store: ArtifactStore) -> None:
        """Store the results that replies refer to."""
        made = {
            "resized": pictures.photo(1),
            "cutout": pictures.cutout(),
            "mask": pictures.mask(),
            "refined": pictures.mask(jewelry=250),
        }
        self.uris = {name: (await store.write(data)).uri for name, data in made.items()}

    def begin(self, dialect: str = "seed") -> None:
        """Forget what the last test did."""
        self.dialect = dialect
        self.calls.clear()
        self.replies.clear()
        self.statuses.clear()

    def environment(self, url: str = "") -> dict[str, str]:
        """Return the environment that points a process at the services, or at a proxy of theirs at `url`."""
        return addresses(url or self.url)

    def sent(self, path: str) -> Any:
        """Return the body of the last request to `path`."""
        return next(call for call in reversed(self.calls) if call.path.endswith(path)).body

    def _answered(self, call: Call) -> Answer:
        _, _, route = urlsplit(call.path).path.lstrip("/").partition("/")
        service = call.path.split("/")[1]
        end = f"/{route}"
        if call.method == "DELETE":
            return Answer()
        for known, status in self.statuses.items():
            if _is_at(call, known):
                return Answer(status, json.dumps({"detail": "as the test asked"}).encode())
        reply = self._reply(service, end, call)
        if reply is None:
            return Answer(404, b'{"detail": "no such route"}')
        for known, changes in self.replies.items():
            if _is_at(call, known):
                reply = {name: value for name, value in (reply | changes).items() if value is not ...}
        return Answer(data=json.dumps(reply).encode())

    def _reply(self, service: str, route: str, call: Call) -> dict[str, Any] | None:
        seed = self.dialect == "seed"
        if route in ("/", "/health"):
            return {"status": "online", "models_loaded": True, "gpu_memory_free": 1}
        if route == "/jobs":
            with self._lock:
                self._jobs.append(service)
                return {"job_id": f"{service}-{len(self._jobs)}"}
        if route.startswith("/jobs/"):
            return self._job(service, route)
        match route:
            case "/resize" if seed:
                size = dict(zip(("new_width", "new_height"), pictures.SIZE, strict=True))
                return {"resized_uri": self.uris["resized"], "padding": PADDING, **size, "engine": "fake"}
            case "/resize":
                padding = [PADDING[side] for side in ("top", "bottom", "left", "right")]
                return {"image_base64": f"data:image/jpeg;base64,{text(pictures.photo(1))}", "padding": padding}
            case "/zoom_check" if seed:
                return {"recommend_bg_removal": True, "zoom_level": 0.4, "engine": "fake"}
            case "/zoom_check":
                return {"should_remove_background": True}
            case "/refine_mask" if seed:
                return {"refined_mask_uri": self.uris["refined"], "engine": "fake"}
            case "/refine-mask" if not seed:
                return {"mask_base64": text(pictures.mask(jewelry=250)), "mask_overlay_base64": ""}
            case "/generate":
                return self._generated(call)
        return None

    def _job(self, service: str, route: str) -> dict[str, Any]:
        with self._lock:
            looks = self._looks[route] = self._looks.get(route, 0) + 1
        if looks == 1:
            return {"status": "processing"}
        name, field = ("cutout", "image") if service == "birefnet" else ("mask", "mask")
        if self.dialect == "seed":
            uri = "result_uri" if service == "birefnet" else "mask_uri"
            return {"status": "completed", uri: self.uris[name], "engine": "fake"}
        return {"status": "succeeded", "result": {field: {"uri": self.uris[name]}}}

    def _generated(self, call: Call) -> dict[str, Any]:
        measured = METRICS if call.body.get("scaled_points") else None
        return {
            "result_base64": text(pictures.flat((200, 150, 120))),
            "result_gemini_base64": text(pictures.flat((120, 150, 200), "PNG")),
            "fidelity_viz_base64": text(pictures.flat((0, 200, 0))),
            "fidelity_viz_gemini_base64": None,
            "metrics": measured,
            "metrics_gemini": measured,
            "session_id": "abc",
            "has_two_modes": True,
            "engine": "fake",
            "engine_gemini": "fake too",
        }

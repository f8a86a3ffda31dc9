"""The try-on's services called one after another, by nothing but an HTTP client: what a workflow is measured beside."""

import asyncio
import base64
from typing import Any

import httpx

from bench.engine.runs import NotMeasured
from blocks.artifacts import ArtifactStore

CANVAS: dict[str, Any] = {"target_width": 2000, "target_height": 2667, "flag": "fixed_dimensions"}
FIRST_POLL_S, LAST_POLL_S = 0.1, 2.0
Click = tuple[float, float]


class Plain:
    """The whole try-on against the studio at `url`, without retries, caching, progress or a record of anything."""

    def __init__(self, url: str, http: httpx.AsyncClient, store: ArtifactStore) -> None:
        self._url = url
        self._http = http
        self._store = store

    async def try_on(self, photo: bytes, clicks: list[Click], labels: list[int]) -> bytes:
        """Return the first picture's JPEG."""
        stored = await self._store.write(photo)
        resized = (await self._post("image-manipulator/resize", {"image_uri": stored.uri, **CANVAS}))["resized_uri"]
        zoom = await self._post("image-manipulator/zoom_check", {"image_uri": resized})
        seen = resized
        if zoom["recommend_bg_removal"]:
            seen = await self._job("birefnet", {"image_uri": resized}, "result_uri")
        points = [list(click) for click in clicks]
        mask = await self._job("sam3", {"image_uri": seen, "points": points, "labels": labels}, "mask_uri")
        on_jewelry = [
            [x * CANVAS["target_width"], y * CANVAS["target_height"]]
            for (x, y), label in zip(clicks, labels, strict=True)
            if label == 1
        ]
        wanted = {"gender": "female", "jewelry_type": "necklace", "scaled_points": on_jewelry, "use_gemini": True}
        made = await self._post("a100/generate", {"image_uri": resized, "mask_uri": mask, **wanted})
        return base64.b64decode(made["result_base64"])

    async def _job(self, service: str, body: dict[str, Any], result: str) -> str:
        job = (await self._post(f"{service}/jobs", body))["job_id"]
        pause_s = FIRST_POLL_S
        while True:
            answer = (await self._http.get(f"{self._url}/{service}/jobs/{job}")).raise_for_status().json()
            if answer["status"] == "completed":
                return str(answer[result])
            if answer["status"] == "failed":
                raise NotMeasured(f"{service}: {answer}")
            await asyncio.sleep(min(pause_s, LAST_POLL_S))
            pause_s *= 2

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._http.post(f"{self._url}/{path}", json=body)
        if not answer.is_success:
            raise NotMeasured(f"{path}: HTTP {answer.status_code} {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found

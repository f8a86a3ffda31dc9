"""The image contracts from the outside: send a job, follow it live, fetch its pictures; have a photo described."""

import time
from typing import Any

import httpx
from rich.console import Console

from deployments.contract_client import POLL_S, connected, live_bar

FINISHED = ("complete", "error", "cancelled")


class ImagesFailed(RuntimeError):
    """A contract refused a request, or the job failed; the message is the reason."""


class ImageClient:
    """Talks to Dual Gen and JSON-from-Image; sends IMAGE_API_KEY where the environment has it."""

    def __init__(self, dual_gen_url: str, json_from_image_url: str, console: Console) -> None:
        self._dual_gen = connected(dual_gen_url, "IMAGE_API_KEY")
        self._json_from_image = connected(json_from_image_url, "IMAGE_API_KEY")
        self._console = console

    def generate(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Send a job, show its rounds until it has ended, and return its document.

        Raises:
            ImagesFailed: it was refused, or ended without being complete.
        """
        return self.follow(said(self._dual_gen.post("/api/v1/generate", json=fields))["job_id"])

    def follow(self, job: str) -> dict[str, Any]:
        """Show the rounds of `job` until it has ended, and return its document; raises ImagesFailed."""
        with live_bar(self._console) as progress:
            bar = progress.add_task("queued", total=None)
            while (document := said(self._dual_gen.get(f"/api/v1/status/{job}")))["status"] not in FINISHED:
                done, count = len(document["results"]), document["count"]
                progress.update(bar, total=count, completed=done, description=_what_goes_on(document))
                time.sleep(POLL_S)
            progress.update(bar, total=1, completed=1, description=document["status"])
        if document["status"] != "complete":
            raise ImagesFailed(f"the job ended as {document['status']}: {document['error'] or 'without a reason'}")
        return document

    def picture(self, image: dict[str, Any]) -> bytes:
        """Return the picture that an entry of a round's `images` names."""
        name = str(image["local_path"]).rpartition("/")[2]
        return self._dual_gen.get(f"/images/{name}").raise_for_status().content

    def analyze(self, photo: bytes, steering: str = "") -> dict[str, Any]:
        """Return the scene of `photo`; raises ImagesFailed."""
        with self._console.status("describing the photo …"):
            answer = self._json_from_image.post(
                "/api/analyze", files={"image": ("photo", photo)}, data={"steering": steering}, timeout=200
            )
        return said(answer)

    def send(self, scene: dict[str, Any]) -> dict[str, Any]:
        """Send `scene` to the generator and return the document of the job that it became; raises ImagesFailed."""
        return self.follow(said(self._json_from_image.post("/api/send", json=scene))["job_id"])


def said(answer: httpx.Response) -> dict[str, Any]:
    """Return the body of a success; raises ImagesFailed with the envelope's words for anything else."""
    body: dict[str, Any] = answer.json()
    if not answer.is_success:
        error = body.get("error", {})
        fields = error.get("details", {}).get("fields", [])
        reason = "; ".join(f"{field['field']}: {field['message']}" for field in fields) or error.get("message")
        raise ImagesFailed(f"refused ({answer.status_code}, {error.get('code')}): {reason}")
    return body


def _what_goes_on(document: dict[str, Any]) -> str:
    if document["status"] == "queued":
        return "queued"
    if document["llm_status"]["state"] == "generating":
        return f"round {document['current_run']}: a prompt is written"
    return f"round {document['current_run']} of {document['count']}"

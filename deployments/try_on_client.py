"""The try-on contract from the outside: start a workflow, follow it live, fetch its pictures."""

import base64
import time
from typing import Any

from rich.console import Console

from deployments.contract_client import POLL_S, connected, detail, live_bar

FINISHED = ("COMPLETED", "FAILED", "CANCELLED")


class TryOnFailed(RuntimeError):
    """The contract refused the photo, or a step failed; the message is the reason."""


class TryOnClient:
    """Talks to one try-on contract; sends TRYON_API_KEY where the environment has it."""

    def __init__(self, url: str, console: Console) -> None:
        self._http = connected(url, "TRYON_API_KEY")
        self._console = console

    def start(self, photo: bytes, request: dict[str, Any]) -> str:
        """Start a full workflow with `photo` and the contract's other fields; return its id.

        Raises:
            TryOnFailed: the contract refused; the message is its own.
        """
        body = {"originalImageBase64": base64.b64encode(photo).decode(), **request}
        answer = self._http.post("/workflow/start", json=body)
        if not answer.is_success:
            raise TryOnFailed(f"the photo was refused ({answer.status_code}): {detail(answer)}")
        return str(answer.json()["workflowId"])

    def follow(self, workflow: str) -> dict[str, Any]:
        """Show the workflow's steps until it is finished; return its last answer.

        Raises:
            TryOnFailed: it ended without pictures.
        """
        with live_bar(self._console) as progress:
            bar = progress.add_task("starting", total=100)
            while (view := self._read(workflow))["status"] not in FINISHED:
                progress.update(bar, completed=view["progress"], description=view["currentStep"])
                time.sleep(POLL_S)
            progress.update(bar, completed=view["progress"], description=view["currentStep"])
        if view["status"] != "COMPLETED":
            raise TryOnFailed(f"no pictures: {view.get('detail') or view['status']}")
        return view

    def fetch(self, uris: dict[str, str | None]) -> dict[str, bytes]:
        """Return the pictures behind `uris` by their keys, without those that are not there."""
        answer = self._http.post("/images/fetch", json={"uris": uris}).raise_for_status().json()
        return {name: base64.b64decode(data) for name, data in answer.items() if data}

    def _read(self, workflow: str) -> dict[str, Any]:
        parameters = {"images": "uri", "case": "camel"}
        answer: dict[str, Any] = self._http.get(f"/workflow/{workflow}", params=parameters).raise_for_status().json()
        return answer

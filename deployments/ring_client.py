"""The ring contract from the outside: submit a job, follow it live, fetch its files."""

import time
from pathlib import Path
from typing import Any

from rich.console import Console

from deployments.contract_client import POLL_S, connected, detail, live_bar

FINISHED = ("succeeded", "failed", "cancelled")


class RingFailed(RuntimeError):
    """The contract refused the job, or no ring came of it; the message is the reason."""


class RingClient:
    """Talks to one ring contract; sends RING_GEN_API_KEY where the environment has it."""

    def __init__(self, url: str, console: Console) -> None:
        self._http = connected(url, "RING_GEN_API_KEY")
        self._console = console

    def submit(self, request: dict[str, Any]) -> str:
        """Start a job and return its id.

        Raises:
            RingFailed: the contract refused; the message is its own.
        """
        answer = self._http.post("/jobs", json=request)
        if not answer.is_success:
            raise RingFailed(f"the job was refused ({answer.status_code}): {detail(answer)}")
        return str(answer.json()["job_id"])

    def follow(self, job: str) -> dict[str, Any]:
        """Show the job's progress until it is finished; return the contract's result answer."""
        with live_bar(self._console) as progress:
            bar = progress.add_task("queued", total=100)
            while (view := self._get(f"/jobs/{job}"))["status"] not in FINISHED:
                progress.update(bar, completed=view["progress"], description=view.get("detail") or view["status"])
                time.sleep(POLL_S)
            progress.update(bar, completed=100, description=view["status"])
        return self._get(f"/jobs/{job}/result")

    def download(self, path: str, target: Path) -> None:
        """Write what is at `path` to the file `target`."""
        with self._http.stream("GET", path) as answer:
            answer.raise_for_status()
            with target.open("wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._http.get(path).raise_for_status().json()
        return answer

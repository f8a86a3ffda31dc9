"""The native API from the outside: start a run, follow it live, fetch what it left."""

import time
from pathlib import Path
from typing import Any

from rich.console import Console

from deployments.contract_client import POLL_S, connected, detail, live_bar

UNDER_WAY = ("queued", "running", "paused", "cancelling")


class RunFailed(RuntimeError):
    """The API refused the request, or the run failed; the message is the reason."""


class NativeClient:
    """Talks to one combined app; sends ATELIER_API_KEY where the environment has it."""

    def __init__(self, url: str, console: Console) -> None:
        self._http = connected(url, "ATELIER_API_KEY")
        self._console = console

    def run(self, pipeline: str, request: dict[str, Any]) -> dict[str, Any]:
        """Run `pipeline` and show its steps until it has ended; return its result, whose artifacts have a `url`.

        Raises:
            RunFailed: it was refused, or ended without success.
        """
        answer = self._http.post(f"/runs/{pipeline}", json={"request": request})
        if not answer.is_success:
            raise RunFailed(f"{pipeline} was refused ({answer.status_code}): {detail(answer)}")
        view = self._followed(answer.json())
        if view["state"] != "completed":
            raise RunFailed(f"{pipeline}: {view['error'] or view['state']}")
        result: dict[str, Any] = self._get(view["links"]["result"])["result"]
        return result

    def download(self, artifact: dict[str, Any], target: Path) -> None:
        """Write the bytes of `artifact`, as a result has it, to the file `target`."""
        with self._http.stream("GET", artifact["url"]) as answer:
            answer.raise_for_status()
            with target.open("wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)

    def _followed(self, view: dict[str, Any]) -> dict[str, Any]:
        with live_bar(self._console) as progress:
            bar = progress.add_task("queued", total=100)
            while view["state"] in UNDER_WAY:
                progress.update(bar, completed=view["progress"], description=view["detail"] or view["step"] or "queued")
                time.sleep(POLL_S)
                view = self._get(view["links"]["self"])
            progress.update(bar, completed=100, description=view["state"])
        return view

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._http.get(path).raise_for_status().json()
        return answer

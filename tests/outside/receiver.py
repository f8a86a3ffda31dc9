"""A client's webhook endpoint on loopback: it answers as scripted, with 204 otherwise, and keeps what it was sent."""

import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """`with Receiver() as receiver:`; `receiver.answers(500, 500)` scripts the next answers to `path`."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.received: list[Received] = []
        self._answers: dict[str, deque[int]] = {}
        self._server = ThreadingHTTPServer((host, 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}{path}"

    def answers(self, path: str, *statuses: int) -> None:
        """Answer the next requests for `path` with `statuses`."""
        self._answers[path] = deque(statuses)

    def at(self, path: str) -> list[Received]:
        """Return what came to `path`, in order."""
        return [each for each in self.received if each.path == path]

    def take(self, received: Received) -> int:
        """Keep a request; return the status to answer it with."""
        self.received.append(received)
        scripted = self._answers.get(received.path)
        return scripted.popleft() if scripted else 204


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(receiver.take(Received(self.path, headers, body)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing; the requests are kept."""

    return Handler

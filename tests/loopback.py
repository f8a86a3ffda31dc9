"""A loopback HTTP server of a test's own, in threads, whose answers a function gives."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    data: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.data)


@dataclass(frozen=True)
class Answer:
    """What is sent back; `length` above that of `data` is a body that breaks off, `reset` no answer at all."""

    status: int = 200
    data: bytes = b"{}"
    media_type: str = "application/json"
    length: int | None = None
    reset: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class LoopbackServer:
    """Serves what `answer` says, on a free port, while it is entered; `wait` sleeps no longer than it serves."""

    def __init__(self, answer: Callable[[Call], Answer], host: str = "127.0.0.1") -> None:
        self.calls: list[Call] = []
        self._answer = answer
        self._closing = threading.Event()
        self._server = _Server((host, 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    def count(self, method: str, part: str) -> int:
        """Return how many requests of `method` had `part` in their path."""
        return sum(call.method == method and part in call.path for call in self.calls)

    def wait(self, seconds: float) -> None:
        self._closing.wait(seconds)

    def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        return self._answer(call)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a thread may be waiting on behalf of a client that is gone


def _handler(server: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.answer(Call(self.command, self.path, headers, self.rfile.read(length)))
            self.close_connection = True
            if answer.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(answer.data) if answer.length is None else answer.length))
            self.send_header("Connection", "close")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.data)

        do_GET = do_POST = do_DELETE = handle_one  # noqa: N815

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, ValueError):  # the client gave up, or was reset
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except (ConnectionError, ValueError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            return

    return Handler

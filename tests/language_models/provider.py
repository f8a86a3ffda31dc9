"""One loopback server that speaks three providers' wire formats, so that tests drive the real SDKs.

    with FakeProviders() as providers:
        providers.answer("```python ...```", input_tokens=900, output_tokens=50)
        providers.fail(529)
        providers.answer("cut off here", stop="truncated")
        ...                                    # point an SDK, or a whole stack, at providers.url
        assert providers.requests[0].image is not None

Formats: Anthropic Messages, Gemini generateContent, OpenAI chat completions; each streamed and not.
"""

import base64
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

from tests.language_models import wire

Stop = Literal["complete", "truncated", "refused"]


@dataclass(frozen=True)
class Reply:
    """What the server does with one request."""

    text: str = ""
    stop: Stop = "complete"
    input_tokens: int = 1000
    output_tokens: int = 100
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    thinking_tokens: int = 0
    status: int = 200
    error: str = ""
    delay_s: float = 0.0
    raw: bytes | None = None
    breaks_after_pieces: int | None = None
    error_in_stream: str = ""

    @property
    def pieces(self) -> list[str]:
        """The text in parts, as a stream carries it."""
        return [self.text[start : start + 200] for start in range(0, len(self.text), 200)]


@dataclass(frozen=True)
class Request:
    """What a client sent, in one shape for every provider."""

    provider: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    streamed: bool
    model: str
    system: str
    user: str
    image: bytes | None
    image_media_type: str = ""


class FakeProviders:
    """The server; replies are used up in order, and `always()` sets what comes when none is left."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._replies: deque[Reply] = deque()
        self._otherwise = Reply(status=500, error="no reply was scripted")
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> "FakeProviders":
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
        """Base URL for every SDK; OpenAI's takes `url + "/v1"`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point a process's language models here."""
        return {
            "ANTHROPIC_API_KEY": "test-anthropic-key",
            "ANTHROPIC_BASE_URL": self.url,
            "GEMINI_API_KEY": "test-gemini-key",
            "GEMINI_BASE_URL": self.url,
        }

    def answer(self, text: str, **how: Any) -> None:
        """Answer one request with `text`; `how` are fields of `Reply`."""
        self._replies.append(Reply(text=text, **how))

    def always(self, text: str, **how: Any) -> None:
        """Answer every request beyond the scripted ones with `text`."""
        self._otherwise = Reply(text=text, **how)

    def fail(self, status: int, error: str = "as the test asked") -> None:
        """Refuse one request with an HTTP status, in the provider's own error form."""
        self._replies.append(Reply(status=status, error=error))

    def hang(self, delay_s: float = 3600) -> None:
        """Let one request wait, until `delay_s` is over or the server closes."""
        self._replies.append(Reply(text="too late", delay_s=delay_s))

    def garbage(self, raw: bytes = b"<html>not an API</html>") -> None:
        """Answer one request with 200 and bytes of no provider's format."""
        self._replies.append(Reply(raw=raw))

    def break_off(self, text: str, *, after_pieces: int = 1, **how: Any) -> None:
        """Answer one request and reset the connection after some pieces of a streamed answer."""
        self._replies.append(Reply(text=text, breaks_after_pieces=after_pieces, **how))

    def next_reply(self, request: Request) -> Reply:
        """Record `request` and take the reply to it."""
        self.requests.append(request)
        return self._replies.popleft() if self._replies else self._otherwise

    def wait(self, delay_s: float) -> None:
        """Sleep, but not longer than the server lives."""
        self._closing.wait(delay_s)


def read_request(path: str, headers: dict[str, str], body: dict[str, Any]) -> Request:
    """Recognise the provider by its path; raises NotImplementedError for any other."""
    if path.startswith("/v1/messages"):
        return _anthropic(path, headers, body)
    if ":generateContent" in path or ":streamGenerateContent" in path:
        return _gemini(path, headers, body)
    if path.endswith("/chat/completions"):
        return _openai(path, headers, body)
    raise NotImplementedError(path)


def _anthropic(path: str, headers: dict[str, str], body: dict[str, Any]) -> Request:
    content = body["messages"][0]["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    images = [block["source"] for block in blocks if block["type"] == "image"]
    system = body.get("system", "")
    return Request(
        provider="anthropic",
        path=path,
        headers=headers,
        body=body,
        streamed=bool(body.get("stream")),
        model=body["model"],
        system=system if isinstance(system, str) else "".join(block["text"] for block in system),
        user="".join(block["text"] for block in blocks if block["type"] == "text"),
        image=base64.b64decode(images[0]["data"]) if images else None,
        image_media_type=images[0]["media_type"] if images else "",
    )


def _gemini(path: str, headers: dict[str, str], body: dict[str, Any]) -> Request:
    parts = body["contents"][0]["parts"]
    images = [part["inlineData"] for part in parts if "inlineData" in part]
    system = body.get("systemInstruction", {}).get("parts", [])
    return Request(
        provider="gemini",
        path=path,
        headers=headers,
        body=body,
        streamed=":streamGenerateContent" in path,
        model=path.split("/models/")[1].split(":")[0],
        system="".join(part["text"] for part in system),
        user="".join(part.get("text", "") for part in parts),
        image=base64.urlsafe_b64decode(images[0]["data"]) if images else None,
        image_media_type=_either(images[0], "mimeType", "mime_type") if images else "",
    )


def _either(body: dict[str, Any], camel: str, snake: str) -> Any:
    """Read a field of Google's JSON, which comes in either spelling; its API takes both."""
    return body[camel] if camel in body else body[snake]


def _openai(path: str, headers: dict[str, str], body: dict[str, Any]) -> Request:
    by_role = {message["role"]: message["content"] for message in body["messages"]}
    content = by_role.get("user", "")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    images = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    head, _, data = images[0].partition(";base64,") if images else ("", "", "")
    return Request(
        provider="openai",
        path=path,
        headers=headers,
        body=body,
        streamed=bool(body.get("stream")),
        model=body["model"],
        system=by_role.get("system", ""),
        user="".join(part["text"] for part in parts if part["type"] == "text"),
        image=base64.b64decode(data) if images else None,
        image_media_type=head.removeprefix("data:"),
    )


def _handler(providers: FakeProviders) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            try:
                request = read_request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            except NotImplementedError:
                self.send_error(404)
                return
            try:
                self._reply(request, providers.next_reply(request))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client stopped waiting, which is what some tests are about

        def _reply(self, request: Request, reply: Reply) -> None:
            providers.wait(reply.delay_s)
            if reply.status != 200:
                self._send(reply.status, "application/json", wire.error(request, reply))
            elif reply.raw is not None:
                media_type = "text/event-stream" if request.streamed else "application/json"
                self._send(200, media_type, reply.raw)
            elif request.streamed:
                self._stream(reply, wire.stream(request, reply))
            else:
                self._send(200, "application/json", json.dumps(wire.whole(request, reply)).encode())

        def _send(self, status: int, media_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, reply: Reply, events: Iterator[tuple[bytes, bool]]) -> None:
            """Send events as they come; each says whether it carried a piece of the text."""
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            pieces = 0
            for event, is_piece in events:
                if reply.breaks_after_pieces is not None and pieces >= reply.breaks_after_pieces and is_piece:
                    self._break_off()
                    return
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                self.wfile.flush()
                pieces += is_piece
            self.wfile.write(b"0\r\n\r\n")

        def _break_off(self) -> None:
            time.sleep(0.05)  # let the client read what was sent, as it would on a long answer
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by reset
            self.connection.close()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing; the requests are recorded."""

    return Handler

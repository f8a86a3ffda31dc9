"""A loopback provider of models: it gives its list of models for a key, and counts what it is asked for."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

OPENAIS = "an openai key"
KEYS = {"x-api-key": "an anthropic key", "x-goog-api-key": "a google key", "authorization": f"Bearer {OPENAIS}"}
PATHS = {"/v1/models?limit=1", "/v1beta/models?pageSize=1", "/v1/models"}


class Outside:
    """Answers GETs of the models' lists; any other request is one that would cost money."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.paid: list[str] = []
        self.broken: dict[str, int] = {}  # path → status to answer with
        self.hanging = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def environment(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self._server.server_port}"
        return {
            "ANTHROPIC_API_KEY": KEYS["x-api-key"],
            "GEMINI_API_KEY": KEYS["x-goog-api-key"],
            "ANTHROPIC_BASE_URL": url,
            "GEMINI_BASE_URL": url,
            "OPENAI_API_KEY": OPENAIS,
            "OPENAI_BASE_URL": f"{url}/v1",
            "IMAGE_LM_STUDIO_URL": url,
            "IMAGE_LLM_API_KEY": OPENAIS,
        }

    def __enter__(self) -> "Outside":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hanging.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outside.asked.append(self.path)
                known = any(self.headers.get(name) == key for name, key in KEYS.items())
                status = outside.broken.get(self.path, 200 if known and self.path in PATHS else 401)
                if status == 0:  # never answers
                    outside.hanging.wait(60)
                    return
                body = json.dumps({"data": [{"id": "claude-sonnet-5-5"}], "models": []}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                outside.paid.append(self.path)
                self.send_error(500)

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler

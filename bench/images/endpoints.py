"""Image endpoints that take a known time: what a job takes beyond it is the pipeline's own."""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import numpy as np
from PIL import Image

from deployments.settings import LOOPBACK

WIDTH_PX, HEIGHT_PX = 1216, 832


@dataclass
class Endpoint:
    """One endpoint: where it listens, and what it did so far."""

    name: str
    takes_s: float
    port: int = 0
    busy_s: float = 0.0
    made: int = 0
    _numbers: Iterator[int] = field(default_factory=count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def entry(self) -> dict[str, str | int]:
        """Itself, as config.json lists it."""
        return {"ip": LOOPBACK, "port": self.port, "name": self.name}

    def generate(self) -> dict[str, object]:
        """Take the time, and say which picture was made; one at a time, as a GPU would."""
        with self._lock:
            began_s = time.perf_counter()
            time.sleep(self.takes_s)
            number = next(self._numbers)
            self.made += 1
            self.busy_s += time.perf_counter() - began_s
        return {"success": True, "images": [{"filename": f"{self.name}-{number:05d}.png", "seed": number}]}


@contextmanager
def endpoints(names: list[str], takes_s: float) -> Iterator[list[Endpoint]]:
    """Serve an endpoint for each name; their pictures all look the same."""
    picture = _picture()
    with ExitStack() as servers:
        served = [Endpoint(name, takes_s) for name in names]
        for endpoint in served:
            server = ThreadingHTTPServer((LOOPBACK, 0), _handler(endpoint, picture))
            server.daemon_threads = True
            endpoint.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, daemon=True).start()
            servers.callback(server.server_close)
            servers.callback(server.shutdown)
        yield served


def _picture() -> bytes:
    """Return a PNG of a megapixel with some grain, which no format packs away."""
    shade = np.linspace(40, 220, WIDTH_PX, dtype=np.float32)[None, :, None]
    grain = np.random.default_rng(1).normal(0, 6, (HEIGHT_PX, WIDTH_PX, 3)).astype(np.float32)
    png = io.BytesIO()
    Image.fromarray((shade + grain).clip(0, 255).astype(np.uint8)).save(png, "PNG", compress_level=1)
    return png.getvalue()


def _handler(endpoint: Endpoint, picture: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self._send(json.dumps(endpoint.generate()).encode(), "application/json")

        def do_GET(self) -> None:
            is_picture = self.path.startswith("/images/")
            self._send(picture if is_picture else b"{}", "image/png" if is_picture else "application/json")

        def _send(self, data: bytes, media_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            return

    return Handler

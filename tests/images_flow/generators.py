"""Image endpoints on loopback that count what they make, honour idempotency keys, and misbehave as they are told."""

import io
import json
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from tests.loopback import Answer, Call, LoopbackServer

NAMES = ("North", "South", "West")
SIZE = (96, 64)


@dataclass(frozen=True)
class Order:
    """One picture that was asked for."""

    endpoint: str
    key: str
    body: dict[str, Any]


@dataclass
class Made:
    """A picture under its key; whoever asks again while it is made waits for it."""

    ready: threading.Event = field(default_factory=threading.Event)
    answer: bytes = b""


def picture(number: int, size: tuple[int, int] = SIZE) -> bytes:
    """Return a PNG that no other number has."""
    shade = np.random.default_rng(number).integers(0, 255, (size[1], size[0], 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(shade).save(data, "PNG")
    return data.getvalue()


class Generators(LoopbackServer):
    """One server for several endpoints, each at its own path; `orders` are the requests that reached one.

    `faults` are answers that an endpoint gives first, in their order; `made` counts pictures by endpoint and key, so
    that whatever is made twice shows.
    """

    def __init__(self, takes_s: float = 0) -> None:
        super().__init__(self._reply)
        self.takes_s = takes_s
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.calls.clear()
        self.orders: list[Order] = []
        self.made: Counter[tuple[str, str]] = Counter()
        self.faults: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self.gates: dict[str, threading.Event] = {}
        self.engine = ""
        self.filename = ""  # of every picture, where pictures are not numbered
        self.most: Counter[str] = Counter()
        self._inside: Counter[str] = Counter()
        self._pictures: dict[tuple[str, str], bytes] = {}
        self._by_key: dict[str, Made] = {}
        self._lock = threading.Lock()

    def entries(self, names: Sequence[str] = NAMES) -> str:
        """Return the endpoints as IMAGE_ENDPOINTS lists them."""
        return json.dumps(
            [{"ip": f"10.0.0.{n}", "port": 7000 + n, "name": name, "url": f"{self.url}/{name}"}
             for n, name in enumerate(names, start=1)]
        )  # fmt: skip

    def of(self, endpoint: str) -> list[dict[str, Any]]:
        """Return what an endpoint was asked for, in order."""
        return [order.body for order in self.orders if order.endpoint == endpoint]

    def _reply(self, call: Call) -> Answer:
        _, endpoint, what, *rest = call.path.split("/")
        if what == "images":
            return Answer(data=self._pictures[endpoint, rest[0]], media_type="image/png")
        if what == "health":
            return Answer()
        return self._generate(endpoint, call)

    def _generate(self, endpoint: str, call: Call) -> Answer:
        key = call.headers["idempotency-key"]
        with self._lock:
            self.orders.append(Order(endpoint, key, call.body))
            if self.faults[endpoint]:
                return self.faults[endpoint].popleft()
            known = self._by_key.get(key)
            made = self._by_key.setdefault(key, Made())
            if known is None:
                self._inside[endpoint] += 1
                self.most[endpoint] = max(self.most[endpoint], self._inside[endpoint])
        if known is None:
            self._make(endpoint, key, call.body, made)
        made.ready.wait()
        return Answer(data=made.answer)

    def _make(self, endpoint: str, key: str, body: dict[str, Any], made: Made) -> None:
        if gate := self.gates.get(endpoint):
            gate.wait()
        self.wait(self.takes_s)
        with self._lock:
            number = self.made.total()
            name = self.filename or f"{number:05d}.png"
            self._pictures[endpoint, name] = picture(number)
            self.made[endpoint, key] += 1
            self._inside[endpoint] -= 1
        stats = {"filename": name, "seed": body.get("seed", 1000 + number), "steps": body["steps"]}
        stats |= {"engine": self.engine} if self.engine else {}
        made.answer = json.dumps({"success": True, "images": [stats]}).encode()
        made.ready.set()

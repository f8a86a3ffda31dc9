"""A reverse proxy that misbehaves as it is told: faults below any retry, on the wire, where they happen in life."""

import http.client
import json
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from tests.loopback import Answer, Call, LoopbackServer

FORWARD_TIMEOUT_S = 120


class Fault(Protocol):
    """Something that goes wrong with one request."""

    def strike(self, call: Call, proxy: "FaultyProxy") -> Answer:
        """Return what the client gets."""


@dataclass(frozen=True)
class Status:
    """The service refuses, and never sees the request."""

    code: int

    def strike(self, call: Call, proxy: "FaultyProxy") -> Answer:
        return Answer(self.code, json.dumps({"detail": f"injected {self.code}"}).encode())


@dataclass(frozen=True)
class Reset:
    """The connection is reset."""

    def strike(self, call: Call, proxy: "FaultyProxy") -> Answer:
        return Answer(reset=True)


@dataclass(frozen=True)
class Slow:
    """Nothing comes for `delay_s`; with `done`, the service has done its work by then."""

    delay_s: float = 60
    done: bool = False

    def strike(self, call: Call, proxy: "FaultyProxy") -> Answer:
        answer = proxy.forward(call) if self.done else Answer(504)
        proxy.wait(self.delay_s)
        return answer


@dataclass(frozen=True)
class Truncated:
    """The body breaks off in its middle."""

    def strike(self, call: Call, proxy: "FaultyProxy") -> Answer:
        answer = proxy.forward(call)
        return replace(answer, length=len(answer.data), data=answer.data[: len(answer.data) // 2])


@dataclass(frozen=True)
class Changed:
    """A field of the reply has another value."""

    field: str
    value: Any

    def strike(self, call: Call, proxy: "FaultyProxy") -> Answer:
        answer = proxy.forward(call)
        return replace(answer, data=json.dumps({**json.loads(answer.data), self.field: self.value}).encode())


@dataclass
class _Order:
    method: str
    part: str
    fault: Fault
    times: int


class FaultyProxy(LoopbackServer):
    """Forwards every request to `upstream`, but for those that a fault is ordered for."""

    def __init__(self, upstream: str = "") -> None:
        super().__init__(self._answered)
        self.upstream = upstream
        self._orders: list[_Order] = []

    def begin(self) -> None:
        """Forget the faults and the calls of the last test."""
        self._orders.clear()
        self.calls.clear()

    def order(self, method: str, part: str, fault: Fault, times: int = 1_000_000) -> None:
        """Let `fault` strike the next `times` requests of `method` with `part` in their path."""
        self._orders.append(_Order(method, part, fault, times))

    def forward(self, call: Call) -> Answer:
        """Return what the service itself answers."""
        netloc = urlsplit(self.upstream).netloc
        connection = http.client.HTTPConnection(netloc, timeout=FORWARD_TIMEOUT_S)
        try:
            headers = {name: value for name, value in call.headers.items() if name != "connection"} | {"host": netloc}
            connection.request(call.method, call.path, call.data or None, headers)
            answer = connection.getresponse()
            own = {name: value for name, value in answer.headers.items() if name.lower().startswith("x-")}
            return Answer(answer.status, answer.read(), answer.headers.get_content_type(), headers=own)
        finally:
            connection.close()

    def _answered(self, call: Call) -> Answer:
        for order in self._orders:
            if order.times > 0 and call.method == order.method and order.part in call.path:
                order.times -= 1
                return order.fault.strike(call, self)
        return self.forward(call)

"""A client's webhook endpoint on loopback: it answers as scripted, with 204 otherwise, and keeps what it was sent."""

from collections import deque

from tests.loopback import Answer, Call, LoopbackServer


class Receiver(LoopbackServer):
    """`with Receiver() as receiver:`; `receiver.answers(path, 500, 500)` scripts the next answers to `path`."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__(self._scripted, host)
        self._statuses: dict[str, deque[int]] = {}

    def answers(self, path: str, *statuses: int) -> None:
        """Answer the next requests for `path` with `statuses`."""
        self._statuses[path] = deque(statuses)

    def at(self, path: str) -> list[Call]:
        """Return what came to `path`, in order."""
        return [call for call in self.calls if call.path == path]

    def _scripted(self, call: Call) -> Answer:
        statuses = self._statuses.get(call.path)
        return Answer(statuses.popleft() if statuses else 204, b"")

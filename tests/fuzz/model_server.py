"""A server of OpenAI's protocol that always answers the same."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.loopback import Answer, Call, LoopbackServer

MODEL = "loopback"


def _answer(call: Call) -> Answer:
    if call.method == "GET":
        return Answer(data=json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode())
    message = {"role": "assistant", "content": "a signet ring on slate"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    body = {"id": "1", "object": "chat.completion", "created": 0, "model": MODEL, "choices": [choice], "usage": usage}
    return Answer(data=json.dumps(body).encode())


@contextmanager
def model_server() -> Iterator[str]:
    """Serve on a free port; yield the URL, with its /v1."""
    with LoopbackServer(_answer) as server:
        yield f"{server.url}/v1"

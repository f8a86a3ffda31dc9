"""How Anthropic, Google and OpenAI write an answer, a stream and an error."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.language_models.provider import Reply, Request

Event = tuple[bytes, bool]  # the bytes on the wire, and whether they carry a piece of the text

ANTHROPIC_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
GOOGLE_ERRORS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL"}
ANTHROPIC_STOPS = {"complete": "end_turn", "truncated": "max_tokens", "refused": "refusal"}
GOOGLE_STOPS = {"complete": "STOP", "truncated": "MAX_TOKENS", "refused": "SAFETY"}
OPENAI_STOPS = {"complete": "stop", "truncated": "length", "refused": "content_filter"}


def error(request: "Request", reply: "Reply") -> bytes:
    """The body of an HTTP error."""
    if request.provider == "anthropic":
        body: Any = _anthropic_error(ANTHROPIC_ERRORS.get(reply.status, "api_error"), reply.error)
    elif request.provider == "gemini":
        status = GOOGLE_ERRORS.get(reply.status, "UNAVAILABLE")
        body = {"error": {"code": reply.status, "message": reply.error, "status": status}}
    else:
        body = {"error": {"message": reply.error, "type": "error", "code": None}}
    return json.dumps(body).encode()


def whole(request: "Request", reply: "Reply") -> dict[str, Any]:
    """An answer in one piece."""
    if request.provider == "anthropic":
        return _anthropic_message(request, reply, _anthropic_usage(reply, reply.output_tokens))
    if request.provider == "gemini":
        return _gemini_chunk(request, reply, reply.text, last=True)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": reply.text},
        "finish_reason": OPENAI_STOPS[reply.stop],
    }
    return _openai(request, "chat.completion", choice) | {"usage": _openai_usage(reply)}


def stream(request: "Request", reply: "Reply") -> Iterator[Event]:
    """An answer as server-sent events."""
    writers = {"anthropic": _anthropic_stream, "gemini": _gemini_stream, "openai": _openai_stream}
    return writers[request.provider](request, reply)


def _anthropic_error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_test"}


def _anthropic_usage(reply: "Reply", output_tokens: int) -> dict[str, Any]:
    return {
        "input_tokens": reply.input_tokens - reply.cached_tokens - reply.cache_write_tokens,
        "cache_creation_input_tokens": reply.cache_write_tokens,
        "cache_read_input_tokens": reply.cached_tokens,
        "output_tokens": output_tokens,
        "output_tokens_details": {"thinking_tokens": reply.thinking_tokens},
    }


def _anthropic_message(request: "Request", reply: "Reply", usage: dict[str, Any]) -> dict[str, Any]:
    thinking = [{"type": "thinking", "thinking": "", "signature": "c2ln"}] if reply.thinking_tokens else []
    return {
        "id": "msg_test",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": [*thinking, {"type": "text", "text": reply.text}],
        "stop_reason": ANTHROPIC_STOPS[reply.stop],
        "stop_sequence": None,
        "usage": usage,
    }


def _anthropic_stream(request: "Request", reply: "Reply") -> Iterator[Event]:
    start = _anthropic_message(request, reply, _anthropic_usage(reply, 1))
    start |= {"content": [], "stop_reason": None}
    yield _sse("message_start", {"message": start})
    yield _sse("ping", {})
    index = 0
    if reply.thinking_tokens:
        yield from _anthropic_block(0, {"type": "thinking", "thinking": "", "signature": ""}, [])
        index = 1
    deltas = [{"type": "text_delta", "text": piece} for piece in reply.pieces]
    for event in _anthropic_block(index, {"type": "text", "text": ""}, deltas):
        yield event
        if event[1] and reply.error_in_stream:
            yield _sse("error", _anthropic_error(reply.error_in_stream, "in the middle of an answer"))
            return
    stop = {"stop_reason": ANTHROPIC_STOPS[reply.stop], "stop_sequence": None}
    yield _sse("message_delta", {"delta": stop, "usage": _anthropic_usage(reply, reply.output_tokens)})
    yield _sse("message_stop", {})


def _anthropic_block(index: int, block: dict[str, Any], deltas: list[dict[str, Any]]) -> Iterator[Event]:
    yield _sse("content_block_start", {"index": index, "content_block": block})
    for delta in deltas:
        yield _sse("content_block_delta", {"index": index, "delta": delta}, is_piece=True)
    yield _sse("content_block_stop", {"index": index})


def _sse(kind: str, body: dict[str, Any], *, is_piece: bool = False) -> Event:
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | body)}\n\n".encode(), is_piece


def _gemini_stream(request: "Request", reply: "Reply") -> Iterator[Event]:
    pieces = reply.pieces or [""]
    for number, piece in enumerate(pieces, start=1):
        chunk = _gemini_chunk(request, reply, piece, last=number == len(pieces))
        yield f"data: {json.dumps(chunk)}\r\n\r\n".encode(), True


def _gemini_chunk(request: "Request", reply: "Reply", text: str, *, last: bool) -> dict[str, Any]:
    thought = [{"text": "let me think", "thought": True}] if reply.thinking_tokens else []
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": [*thought, {"text": text}]}, "index": 0}
    usage = {"promptTokenCount": reply.input_tokens, "totalTokenCount": reply.input_tokens}
    if reply.cached_tokens:
        usage["cachedContentTokenCount"] = reply.cached_tokens
    if last:
        candidate["finishReason"] = GOOGLE_STOPS[reply.stop]
        usage["candidatesTokenCount"] = reply.output_tokens - reply.thinking_tokens
        usage["thoughtsTokenCount"] = reply.thinking_tokens
        usage["totalTokenCount"] = reply.input_tokens + reply.output_tokens
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": request.model, "responseId": "test"}


def _openai(request: "Request", kind: str, choice: dict[str, Any]) -> dict[str, Any]:
    return {"id": "chatcmpl-test", "object": kind, "created": 1767225600, "model": request.model, "choices": [choice]}


def _openai_usage(reply: "Reply") -> dict[str, Any]:
    return {
        "prompt_tokens": reply.input_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": reply.input_tokens + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": reply.thinking_tokens},
    }


def _openai_stream(request: "Request", reply: "Reply") -> Iterator[Event]:
    for piece in reply.pieces:
        choice = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
        yield _data(_openai(request, "chat.completion.chunk", choice)), True
    end = _openai(
        request, "chat.completion.chunk", {"index": 0, "delta": {}, "finish_reason": OPENAI_STOPS[reply.stop]}
    )
    yield _data(end | {"usage": _openai_usage(reply)}), False
    yield b"data: [DONE]\n\n", False


def _data(body: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(body)}\n\n".encode()

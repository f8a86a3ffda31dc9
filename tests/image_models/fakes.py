"""A loopback server that speaks the wire formats of OpenAI's images API and of Gemini drawing."""

import base64
import io
import json
import threading
from collections import deque
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from PIL import Image

from tests.loopback import Answer, Call, LoopbackServer


def picture(colour: str = "gold", form: str = "PNG", size: tuple[int, int] = (32, 32)) -> bytes:
    """Return a picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


@dataclass(frozen=True)
class Reply:
    """What the server does with one request; `pictures` of None are as many as were asked for."""

    pictures: list[bytes] | None = None
    status: int = 200
    error: str = ""
    refusal: str = ""
    raw: bytes | None = None
    delay_s: float = 0.0
    input_tokens: int = 50
    input_image_tokens: int = 0
    output_tokens: int = 1_000
    reset: bool = False


@dataclass(frozen=True)
class Request:
    """What a client sent, in one shape for both providers."""

    provider: str
    path: str
    model: str
    prompt: str
    image: bytes | None
    fields: dict[str, Any]
    headers: dict[str, str]


class FakeImageProviders(LoopbackServer):
    """Replies are used up in order; beyond them every request is drawn."""

    def __init__(self) -> None:
        super().__init__(self._answered)
        self.replies: deque[Reply] = deque()
        self.requests: list[Request] = []
        self._lock = threading.Lock()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point a process's image models here."""
        return {
            "OPENAI_API_KEY": "openai-key",
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "GEMINI_API_KEY": "gemini-key",
            "GEMINI_BASE_URL": self.url,
        }

    def begin(self) -> None:
        """Forget what the last test did."""
        self.replies.clear()
        self.requests.clear()

    def reply(self, **how: Any) -> None:
        """Script the answer to one request; `how` are fields of `Reply`."""
        self.replies.append(Reply(**how))

    def _answered(self, call: Call) -> Answer:
        request = _openai(call) if "/images/" in call.path else _gemini(call)
        with self._lock:
            self.requests.append(request)
            reply = self.replies.popleft() if self.replies else Reply()
        self.wait(reply.delay_s)
        if reply.reset:
            return Answer(reset=True)
        if reply.status != 200:
            error = {"message": reply.error, "type": "error", "code": reply.status, "status": "INTERNAL"}
            return Answer(reply.status, json.dumps({"error": error}).encode())
        if reply.raw is not None:
            return Answer(data=reply.raw)
        write = _openai_answer if request.provider == "openai" else _gemini_answer
        return Answer(data=json.dumps(write(request, reply)).encode())


def _openai(call: Call) -> Request:
    fields = call.body if call.path.endswith("/generations") else _form(call)
    image = fields.pop("image", None)
    return Request("openai", call.path, fields["model"], fields["prompt"], image, fields, call.headers)


def _form(call: Call) -> dict[str, Any]:
    """Read a multipart form: files as bytes, other fields as text."""
    head = f"Content-Type: {call.headers['content-type']}\r\n\r\n".encode()
    parts = BytesParser(policy=HTTP).parsebytes(head + call.data).iter_parts()
    fields: dict[str, Any] = {}
    for part in parts:
        value = part.get_payload(decode=True)
        fields[part.get_param("name", header="content-disposition")] = value if part.get_filename() else value.decode()
    return fields


def _gemini(call: Call) -> Request:
    parts = call.body["contents"][0]["parts"]
    images = [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in parts if "inlineData" in part]
    prompt = "".join(part.get("text", "") for part in parts)
    model = call.path.split("/models/")[1].split(":")[0]
    return Request("gemini", call.path, model, prompt, images[0] if images else None, call.body, call.headers)


def _openai_answer(request: Request, reply: Reply) -> dict[str, Any]:
    pictures = reply.pictures if reply.pictures is not None else [picture()] * int(request.fields["n"])
    return {
        "created": 1767225600,
        "data": [{"b64_json": base64.b64encode(data).decode()} for data in pictures],
        "output_format": "png",
        "usage": {
            "input_tokens": reply.input_tokens + reply.input_image_tokens,
            "input_tokens_details": {"text_tokens": reply.input_tokens, "image_tokens": reply.input_image_tokens},
            "output_tokens": reply.output_tokens,
            "output_tokens_details": {"text_tokens": 0, "image_tokens": reply.output_tokens},
            "total_tokens": reply.input_tokens + reply.input_image_tokens + reply.output_tokens,
        },
    }


def _gemini_answer(request: Request, reply: Reply) -> dict[str, Any]:
    """Write a drawn picture behind a sketch made while thinking, or a candidate that was stopped."""
    pictures = reply.pictures if reply.pictures is not None else [picture(form="JPEG")]
    blobs = [{"mimeType": "image/png", "data": base64.b64encode(data).decode()} for data in pictures]
    parts = [{"inlineData": {"mimeType": "image/png", "data": "c2tldGNo"}, "thought": True}]
    parts += [{"inlineData": blob} for blob in blobs]
    content = {"role": "model", "parts": parts if not reply.refusal else []}
    return {
        "candidates": [{"content": content, "finishReason": reply.refusal or "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": reply.input_tokens + reply.input_image_tokens,
            "candidatesTokenCount": reply.output_tokens,
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": reply.output_tokens}],
            "thoughtsTokenCount": 100,
            "totalTokenCount": reply.input_tokens + reply.input_image_tokens + reply.output_tokens + 100,
        },
        "modelVersion": request.model,
    }

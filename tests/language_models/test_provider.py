"""The fake providers themselves: what the SDK tests do not reach."""

import httpx

from tests.language_models.provider import FakeProviders


async def test_openai_chat_answers_whole_and_streamed(providers: FakeProviders):
    """Chat completions carry text, stop and usage, in one piece or as events that end in [DONE]."""
    body = {"model": "local", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}
    for stream in (False, True):
        providers.answer("hello", input_tokens=7, output_tokens=3)
        async with httpx.AsyncClient(base_url=providers.url) as client:
            response = await client.post("/v1/chat/completions", json=body | {"stream": stream})
        assert "hello" in response.text
        assert '"completion_tokens": 3' in response.text
        assert response.text.endswith("[DONE]\n\n") is stream
    assert [(request.system, request.user) for request in providers.requests] == [("s", "u")] * 2


async def test_anthropic_and_gemini_also_answer_in_one_piece(providers: FakeProviders):
    """Clients that do not stream get the same answer whole."""
    providers.always("hello")
    async with httpx.AsyncClient(base_url=providers.url) as client:
        message = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "u"}]}
        claude = (await client.post("/v1/messages", json=message)).json()
        contents = {"contents": [{"parts": [{"text": "u"}]}]}
        gemini = (await client.post("/v1beta/models/m:generateContent", json=contents)).json()
    assert claude["content"][0]["text"] == gemini["candidates"][0]["content"]["parts"][0]["text"] == "hello"


async def test_an_unscripted_request_fails_loudly(providers: FakeProviders):
    """More requests than scripted replies is a test's mistake, and shows as one."""
    async with httpx.AsyncClient(base_url=providers.url) as client:
        response = await client.post("/v1/chat/completions", json={"model": "m", "messages": []})
    assert response.status_code == 500
    assert "no reply was scripted" in response.text

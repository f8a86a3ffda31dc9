"""Prompts of a job that has them written: by a model, and where there is none or it fails, by the grammar."""

import hashlib
import zlib
from typing import Literal

from prefect import task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel, Field

from blocks.artifacts import Artifact
from blocks.language_models import OFFLINE
from tasks.domain.errors import AtelierError, UpstreamError
from tasks.domain.scenes import grammar
from tasks.domain.scenes.answers import cleaned_prompt
from tasks.domain.scenes.prompting import writer_question, writer_system
from tasks.image_writers import WriterCall, ask_writer, writer_named
from tasks.language import Question

TEMPERATURE = 0.7
Mode = Literal["text", "vision"]


class PromptOrder(BaseModel):
    """One prompt that is to be written."""

    concept: str = Field("", description="What it is to be about; empty: the writer's own idea")
    number: int = Field(ge=1, description="The round")
    endpoint: str = Field("", description="Of which it is; empty: of all of the round")
    model: str | None = None
    temperature: float | None = Field(None, description="None: 0.7")
    seed: int = Field(0, description="Of the grammar")
    picture: Artifact | None = Field(None, description="That the pictures start from, for models that see")
    earlier: list[str] = Field([], description="The job's prompts so far, which this one is not to repeat")
    cap_usd: float = 1.0

    @property
    def purpose(self) -> str:
        """Return what runs and bills call it."""
        return f"write prompt {self.number}" + (f" for {self.endpoint}" if self.endpoint else "")


class WrittenPrompt(BaseModel):
    """A prompt, and who wrote it; `fallback` is the grammar in place of a model, and `error` says why."""

    text: str
    source: Literal["llm", "offline", "fallback"]
    model: str
    mode: Mode
    error: str | None = None


def check_writer(model: str | None, *, vision: bool = False) -> None:
    """Raise MissingKey or InvalidInput when nobody answers to `model`, UnknownPrice when no cap could hold."""
    writer_named(model, vision=vision).block()


@task(task_run_name="{order.purpose}", cache_policy=NO_CACHE, persist_result=False)
async def write_prompt(order: PromptOrder) -> WrittenPrompt:
    """Return a prompt, whatever a model does: one that is away, refuses, or is too dear leaves it to the grammar."""
    mode: Mode = "vision" if order.picture else "text"
    name = order.model or ""
    try:
        writer = writer_named(order.model, vision=mode == "vision")
        if writer.source == "offline":
            return WrittenPrompt(text=by_grammar(order), source="offline", model=OFFLINE, mode="text")
        name = writer.name
        return await _by_model(order, mode)
    except (AtelierError, TimeoutError) as failure:
        why = str(failure) or "no answer in time"
        return WrittenPrompt(text=by_grammar(order), source="fallback", model=name, mode=mode, error=why)


def by_grammar(order: PromptOrder) -> str:
    """Return the grammar's prompt, unlike the `earlier` ones; endpoints of one round get different ones."""
    seed = order.seed + zlib.crc32(order.endpoint.encode())
    number = order.number
    text = grammar.write_prompt(order.concept, seed=seed, number=number)
    for step in range(len(order.earlier)):
        if text not in order.earlier:
            break
        text = grammar.write_prompt(order.concept, seed=seed, number=number + 1000 * (step + 1))
    return text


async def _by_model(order: PromptOrder, mode: Mode) -> WrittenPrompt:
    asked = writer_question(
        concept=order.concept,
        number=order.number,
        endpoint=order.endpoint,
        has_picture=order.picture is not None,
        earlier=order.earlier,
    )
    temperature = TEMPERATURE if order.temperature is None else order.temperature
    question = Question(system=writer_system(), user=asked, picture=order.picture, temperature=temperature)
    reply = await ask_writer(_call(order, mode), question)
    text = cleaned_prompt(reply.text)
    if reply.stop == "truncated" or not text:
        problem = "was cut off" if reply.stop == "truncated" else "holds no prompt"
        raise UpstreamError(reply.model_id, f"its answer {problem}")
    return WrittenPrompt(text=text, source="llm", model=reply.model_id, mode=mode)


def _call(order: PromptOrder, mode: Mode) -> WriterCall:
    """Name the call so that no two endpoints share it, whatever characters they are called by."""
    where = f"-{hashlib.sha256(order.endpoint.encode()).hexdigest()[:12]}" if order.endpoint else ""
    return WriterCall(
        purpose=order.purpose,
        slug=f"prompt-{order.number}{where}",
        model=order.model,
        vision=mode == "vision",
        cap_usd=order.cap_usd,
    )

"""Ask whoever writes the image pipeline's prompts and looks at its photos: paid once, capped, tried again by policy."""

from typing import Any

from prefect import task
from pydantic import BaseModel

from blocks.images.settings import ImageSettings, image_settings
from blocks.images.writers import Writer, choose
from blocks.language_models import LanguageModel, Unanswered
from tasks.domain.errors import UpstreamError
from tasks.language import Question, answered
from tasks.ledger import Reply
from tasks.policies import if_upstream_may_recover

_AT_IMPORT = ImageSettings()  # decorators need it now; a run reads its own environment's for everything else
ASK_TIMEOUT_S = max(_AT_IMPORT.llm_timeout_s, _AT_IMPORT.vision_timeout_s) + 30


class WriterCall(BaseModel):
    """One call: what for, of whom, and what it may cost. `slug` names it in the run's ledger."""

    purpose: str
    slug: str
    model: str | None = None
    vision: bool = False
    cap_usd: float


def writer_named(model: str | None, *, vision: bool) -> Writer:
    """Return who answers to `model`; raises MissingKey and InvalidInput as `choose` does."""
    return choose(model, image_settings(), vision=vision)


def if_it_failed_soon(given: Any, task_run: Any, state: Any) -> bool:
    """Retry what may recover, but no time-out: a model that was too slow once would be again, and somebody waits."""
    is_late = isinstance(state.data, Unanswered) and state.data.why == "timeout"
    return not is_late and if_upstream_may_recover(given, task_run, state)


@task(
    task_run_name="ask a model to {call.purpose}",
    retries=len(_AT_IMPORT.llm_retry_delays_s),
    retry_delay_seconds=_AT_IMPORT.llm_retry_delays_s,
    retry_condition_fn=if_it_failed_soon,
    timeout_seconds=ASK_TIMEOUT_S,
    tags=["language-model"],
)
async def ask_writer(call: WriterCall, question: Question) -> Reply:
    """Return the answer of a writer that is a model; one that this run already has comes from the ledger.

    Raises BudgetExceeded before a call that could overshoot the cap, UpstreamError when the model fails or refuses,
    MissingKey when it has no server or key.
    """

    def model() -> LanguageModel:
        block = writer_named(call.model, vision=call.vision).block()
        if block is None:
            raise UpstreamError("offline", "is no language model")
        return block

    reply = await answered(model, call.purpose, question, call.cap_usd, slug=call.slug)
    if reply.stop == "refused":
        raise Unanswered(reply.model_id, "refused to answer", retryable=False, why="refused")
    return reply

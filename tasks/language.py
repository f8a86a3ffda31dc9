"""Ask a language model: the cap before the call, the ledger after it, the policy around it."""

from collections.abc import Callable

from prefect import task
from pydantic import BaseModel, Field

from blocks.artifacts import Artifact, ArtifactStore
from blocks.language_models import Answer, BilledFailure, LanguageModel, LanguageModelSettings, Picture, Prompt, load
from flows.contracts import CallCost
from tasks.current_run import current_run
from tasks.ledger import Ledger, Reply
from tasks.policies import if_upstream_may_recover

ASK_TIMEOUT_S = 900
RETRY_DELAYS_S = LanguageModelSettings().retry_delays_s


class Question(BaseModel):
    """One turn: `system` is the same for every call and cached by the provider."""

    system: str
    user: str
    picture: Artifact | None = Field(None, description="The reference, sent on every call, fixes too")
    temperature: float | None = None


@task(
    task_run_name="ask {model} to {purpose}",
    retries=len(RETRY_DELAYS_S),
    retry_delay_seconds=RETRY_DELAYS_S,
    retry_condition_fn=if_upstream_may_recover,
    timeout_seconds=ASK_TIMEOUT_S,
    tags=["language-model"],
)
async def ask(model: str, purpose: str, question: Question, cap_usd: float) -> Reply:
    """Return the model's reply to `question`; a reply that this run already paid for comes from the ledger.

    Raises BudgetExceeded before a call that could overshoot `cap_usd`, UpstreamError when the provider
    fails, MissingKey when it has no key.
    """
    return await answered(lambda: load(model), purpose, question, cap_usd)


async def answered(
    model: Callable[[], LanguageModel], purpose: str, question: Question, cap_usd: float, *, slug: str = ""
) -> Reply:
    """Do what `ask` promises with the model that `model` loads, once it is sure that there is something to ask.

    `slug` names the call in the ledger, where its purpose would be no name or not the only one of its kind.
    """
    store = ArtifactStore.from_settings()
    ledger = Ledger(store, str(current_run().id))
    slug = slug or purpose.replace(" ", "-")
    known = await ledger.reply_to(slug)
    if known is not None:
        return known

    block = model()
    prompt = await _prompt(question, store)
    await ledger.refuse_overshoot(cap_usd, block.worst_case_usd(prompt))
    reply = await _paid_reply(block, prompt, purpose, slug, ledger)
    await ledger.keep(slug, reply)
    return reply


async def _prompt(question: Question, store: ArtifactStore) -> Prompt:
    picture = question.picture
    image = Picture(media_type=picture.media_type, data=await store.read(picture)) if picture else None
    return Prompt(system=question.system, user=question.user, image=image, temperature=question.temperature)


async def _paid_reply(block: LanguageModel, prompt: Prompt, purpose: str, slug: str, ledger: Ledger) -> Reply:
    try:
        answer = await block.ask(prompt)
    except BilledFailure as failure:
        await ledger.keep_failure(slug, CallCost(**failure.cost.model_dump(), purpose=purpose, failed=True))
        raise
    return _reply(answer, purpose)


def _reply(answer: Answer, purpose: str) -> Reply:
    cost = CallCost(**answer.cost.model_dump(), purpose=purpose, failed=answer.stop != "complete")
    return Reply(text=answer.text, stop=answer.stop, model_id=answer.model_id, cost=cost)

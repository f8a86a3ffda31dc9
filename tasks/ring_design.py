"""Who designs a ring: a language model or the offline designer. Both write drafts; only a model mends them."""

from blocks.artifacts import ArtifactStore
from blocks.blender import kit_reference
from blocks.language_models import OFFLINE, resolve
from flows.contracts import CallCost, RingRequest
from tasks.current_run import current_run
from tasks.domain import prompts
from tasks.domain.errors import DesignFailed
from tasks.language import Question, ask
from tasks.ledger import Ledger, Reply
from tasks.rings import Draft, design_offline, take_script


def choose_designer(model: str) -> str:
    """Return who designs for the requested `model`; raises MissingKey when it was named and has no key."""
    return resolve(model)


def can_mend(llm: str) -> bool:
    """The offline designer is deterministic: it would write the same script again."""
    return llm != OFFLINE


async def design(llm: str, request: RingRequest) -> Draft:
    """Return the first draft; raises DesignFailed when the answer is no script, or the model's own errors."""
    if llm == OFFLINE:
        return await offline_draft(request)
    user = prompts.design_prompt(request.prompt, has_image=request.reference is not None)
    return await draft_from(llm, "design", user, request)


async def offline_draft(request: RingRequest) -> Draft:
    """Return the offline designer's draft; it cannot see, so a picture alone is not enough."""
    if not request.prompt.strip():
        raise DesignFailed("prompt: the offline designer cannot read pictures; describe the ring, or set a model's key")
    return await design_offline(request.prompt)


async def mend(llm: str, request: RingRequest, draft: Draft, problem: str, history: list[str], fix: int) -> Draft:
    """Return a draft that answers `problem`; `history` holds the verdicts of the rounds so far."""
    code = (await ArtifactStore.from_settings().read(draft.script)).decode()
    has_image = request.reference is not None
    user = prompts.fix_prompt(request.prompt, script=code, problem=problem, history=history, has_image=has_image)
    return await draft_from(llm, f"fix {fix}", user, request)


async def draft_from(llm: str, purpose: str, user: str, request: RingRequest) -> Draft:
    """Ask `llm` and take the script from its reply; a truncated, empty or refused reply is never code."""
    question = Question(system=prompts.master_prompt(kit_reference()), user=user, picture=request.reference)
    reply = await ask(llm, purpose, question, request.max_cost_usd)
    if reply.stop != "complete":
        raise DesignFailed(f"{llm}'s answer to {purpose} was {reply.stop} after {reply.cost.output_tokens} tokens")
    return await drafted(reply)


async def drafted(reply: Reply) -> Draft:
    """Turn a complete reply into a draft that knows its model and cost."""
    draft = await take_script(reply.text, reply.cost.cost_usd)
    return draft.model_copy(update={"model_id": reply.model_id})


async def run_costs() -> list[CallCost]:
    """Return every call that this run was billed for."""
    return await Ledger(ArtifactStore.from_settings(), str(current_run().id)).costs()

"""Ring tasks: caching, storage and names around the designer, Blender and the proof."""

from prefect import task
from pydantic import BaseModel, Field

from blocks.artifacts import Artifact, ArtifactStore
from blocks.blender import Blender, BuildOutcome
from blocks.blender.fingerprint import engine_fingerprint
from blocks.settings import settings
from tasks.deadline import deadline
from tasks.domain.errors import ScriptFailed
from tasks.domain.rings.proof import prove
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.report import RingProof
from tasks.domain.rings.script import write_script
from tasks.domain.rings.spec import RingSpec
from tasks.domain.scripts import extract_code, module_names, said_in_comments
from tasks.policies import by_inputs, if_upstream_may_recover

BLENDER_BLOCK = "atelier"
SCRIPT_TYPE = "text/x-python"
VIEWS = ("front", "back", "left", "right", "top", "bottom", "angle1", "angle2")
PROOF_TIMEOUT_S = 120
BLENDER_RETRY_DELAYS_S = [0.5, 2]  # a server that died is back by then, and while it is not a cold runner serves
SAMPLES = 8  # light paths a pixel; the denoiser does the rest, and 16 look no different


class Draft(BaseModel):
    """A script to build, and who wrote it."""

    script: Artifact
    code_length: int
    modules: list[str]
    model_id: str = Field("", description="Empty for the offline designer")
    cost_usd: float = 0.0
    spec: RingSpec | None = Field(None, description="Of the offline designer only")
    assumptions: list[str] = []
    not_honoured: list[str] = []


class Build(BaseModel):
    """A GLB that a script made."""

    glb: Artifact
    elapsed_s: float = Field(description="Seconds inside Blender when it was built, cached or not")
    mode: str = Field(description="warm, cold or external")


async def blender() -> Blender:
    """Return the saved block, whose limits a person may edit; places and what the environment names come from there."""
    here = Blender()
    fields = ["python", "socket", "executable", "allow_unsandboxed"]
    if "blender_timeout_s" in settings().model_fields_set:
        fields.append("timeout_s")
    saved: Blender = await Blender.aload(BLENDER_BLOCK)
    return saved.model_copy(update={field: getattr(here, field) for field in fields})


async def keep_script(code: str, *, cost_usd: float = 0.0, spec: RingSpec | None = None) -> Draft:
    """Store `code` and describe it."""
    script = await ArtifactStore.from_settings().write(code.encode(), media_type=SCRIPT_TYPE)
    return Draft(
        script=script,
        code_length=len(code),
        modules=module_names(code),
        cost_usd=cost_usd,
        spec=spec,
        assumptions=list(spec.assumptions) if spec else said_in_comments(code, "assumed"),
        not_honoured=list(spec.not_honoured) if spec else said_in_comments(code, "not honoured"),
    )


@task(task_run_name="design offline", cache_policy=by_inputs(), persist_result=True)
async def design_offline(prompt: str) -> Draft:
    """Read `prompt` into a specification and write its script, without a language model."""
    spec = read_prompt(prompt)
    return await keep_script(write_script(spec), spec=spec)


async def take_script(answer: str, cost_usd: float) -> Draft:
    """Keep the code of a language model's complete answer."""
    return await keep_script(extract_code(answer), cost_usd=cost_usd)


@task(
    task_run_name="build, attempt {attempt}",
    cache_policy=by_inputs(engine_fingerprint, ignore=["attempt"]),
    persist_result=True,
    retries=len(BLENDER_RETRY_DELAYS_S),
    retry_delay_seconds=BLENDER_RETRY_DELAYS_S,
    retry_condition_fn=if_upstream_may_recover,
)
async def build(script: Artifact, attempt: int) -> Build:
    """Run `script` in locked-down Blender; raises ScriptFailed, which is never cached."""
    store = ArtifactStore.from_settings()
    code = (await store.read(script)).decode()
    outcome = await (await blender()).build(code)
    if not outcome.ok or outcome.glb is None:
        raise failure_of(outcome)
    return Build(glb=await store.write(outcome.glb), elapsed_s=outcome.elapsed_s, mode=outcome.mode)


def failure_of(outcome: BuildOutcome) -> ScriptFailed:
    """Say why a build gave nothing, in the error that the fix is written from."""
    error = outcome.error
    if error is None:
        message = "the script ran out of time" if outcome.timed_out else f"nothing came out of {outcome.stage}"
        return ScriptFailed(
            message, log_tail=outcome.log_tail, elapsed_s=outcome.elapsed_s, timed_out=outcome.timed_out
        )
    return ScriptFailed(
        f"{error.type}: {error.message}",
        line=error.line or 0,
        excerpt=error.excerpt,
        facts=tuple(error.facts),
        log_tail=outcome.log_tail,
        elapsed_s=outcome.elapsed_s,
        timed_out=outcome.timed_out,
    )


@task(task_run_name="prove, attempt {attempt}", cache_policy=by_inputs(ignore=["attempt"]), persist_result=True)
async def prove_ring(glb: Artifact, attempt: int) -> RingProof:
    """Measure the ring from its GLB alone."""
    data = await ArtifactStore.from_settings().read(glb)
    with deadline(PROOF_TIMEOUT_S, "glb"):
        return prove(data)


def preview_px(previews: str) -> int:
    """Return the side that pictures of this kind have here; it is part of what makes two pictures the same."""
    return settings().hero_px if previews == "hero" else settings().view_px


@task(
    task_run_name="render {previews}",
    cache_policy=by_inputs(engine_fingerprint),
    persist_result=True,
    retries=len(BLENDER_RETRY_DELAYS_S),
    retry_delay_seconds=BLENDER_RETRY_DELAYS_S,
    retry_condition_fn=if_upstream_may_recover,
)
async def render(glb: Artifact, previews: str, size_px: int) -> dict[str, Artifact]:
    """Render `previews` (hero or views) of a published GLB in a fresh locked-down Blender; square PNG by view name."""
    store = ArtifactStore.from_settings()
    glb_bytes, engine = await store.read(glb), await blender()
    views = ["hero"] if previews == "hero" else VIEWS
    pictures = await engine.render(glb_bytes, views, size_px=size_px, samples=SAMPLES)
    return {view: await store.write(png) for view, png in pictures.items()}

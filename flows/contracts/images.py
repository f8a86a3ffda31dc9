"""Request and result models of the image pipeline: pictures from several endpoints, and the scene of a photo."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from blocks.artifacts import Artifact
from flows.contracts.costs import CostSummary
from tasks.domain.scenes.scene import Scene

MAX_PROMPT = 32_768  # characters that a flow parameter carries; what is longer is stored and referred to
MAX_ROUNDS = 1000
Orientation = Literal["landscape", "portrait", "square"]
Size = Literal["0.5mp", "1mp", "2mp", "4mp"]
PromptMode = Literal["same", "different"]
PictureState = Literal["pending", "generating", "done", "error"]
WriterState = Literal["idle", "generating", "done", "fallback"]
Prompt = Annotated[str, Field(max_length=MAX_PROMPT)]


class ImagesRequest(BaseModel):
    """Rounds of pictures: in each, every endpoint makes one. config.json may set tighter limits than these."""

    model_config = ConfigDict(extra="forbid")

    prompt: Prompt = Field("", description="What to draw; with `random`, what the written prompts are to be about")
    prompt_stored: Artifact | None = Field(None, description="Instead of `prompt`, when that is longer")
    prompt2: Prompt = Field("", description="Of every second endpoint, in the mode `different`; empty: `prompt`")
    prompt2_stored: Artifact | None = Field(None, description="Instead of `prompt2`, when that is longer")
    prompt_mode: PromptMode = "same"
    random: bool = Field(False, description="Let a language model write the prompts, anew in each round")
    count: int = Field(1, ge=1, le=MAX_ROUNDS, description="Rounds")
    orientation: Orientation = "landscape"
    size: Size = "1mp"
    steps: int = Field(25, ge=1, le=1000)
    seed: int | None = Field(None, ge=0, le=2**53 - 1, description="None: each endpoint chooses its own")
    vary_seed: bool = Field(False, description="Count up from `seed`, round by round, so that no two are alike")
    strength: float = Field(0.75, ge=0, le=1, allow_inf_nan=False, description="How far from `image`: 1 ignores it")
    guidance_scale: float | Literal["random"] | None = Field(None, description="0 to 30, or drawn anew each round")
    image: Artifact | None = Field(None, description="A picture to start from")
    model: str | None = Field(None, max_length=256, description="Who writes the prompts, instead of config.json's")
    temperature: float | None = Field(None, ge=0, le=2, allow_inf_nan=False, description="Of who writes the prompts")
    max_cost_usd: float = Field(1.0, gt=0, le=100, description="No prompt is asked for that could overshoot this")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for name in ("prompt", "prompt2"):
            if getattr(self, name) and getattr(self, f"{name}_stored"):
                raise ValueError(f"{name}, {name}_stored: at most one may be given")
        if not self.random and not self.prompt.strip() and self.prompt_stored is None:
            raise ValueError("prompt: is required unless random is set")
        if isinstance(self.guidance_scale, float) and not 0 <= self.guidance_scale <= 30:
            raise ValueError("guidance_scale: must be 0 to 30, or random")
        return self


class EndpointName(BaseModel):
    """An image endpoint, as its pictures name it."""

    model_config = ConfigDict(frozen=True)

    ip: str
    port: int
    name: str


class EndpointStatus(BaseModel):
    """What an endpoint does in the current round; times in seconds, the start since 1970."""

    state: PictureState = "pending"
    start_time: float | None = None
    elapsed: float | None = None


class WriterStatus(BaseModel):
    """What whoever writes the prompts does in the current round."""

    state: WriterState = "idle"
    start_time: float | None = None
    elapsed: float | None = None
    model: str | None = None
    source: str | None = Field(None, description="llm, offline (no model is there) or fallback (it failed)")
    mode: Literal["text", "vision"] | None = None
    error: str | None = Field(None, description="Why it fell back")


class RoundPicture(BaseModel):
    """What one endpoint made in one round, or why it did not."""

    success: bool
    endpoint: EndpointName
    prompt_used: str
    filename: str = Field("", description="Under which the gallery has it")
    picture: Artifact | None = None
    thumbnail: Artifact | None = None
    stats: dict[str, Any] = Field({}, description="What the endpoint says of the picture: filename, seed, …")
    duration: float | None = Field(None, description="Seconds")
    error: str | None = None


class ImageRound(BaseModel):
    """One finished round."""

    number: int = Field(ge=1)
    prompt: str = Field(description="Of the first endpoint")
    endpoint_prompts: dict[str, str]
    guidance_scale: float | None
    strength: float
    steps: int
    images: list[RoundPicture]


class ImagesResult(BaseModel):
    """A job so far. The flow writes it down whenever it changes, and goes on from it when it is started again."""

    success: bool = Field(False, description="Every round was gone through, whatever its endpoints said")
    error: str | None = None
    current_run: int = Field(0, description="The round under way, from 1")
    current_prompt: str = ""
    endpoint_prompts: dict[str, str] = {}
    endpoint_status: dict[str, EndpointStatus] = {}
    llm_status: WriterStatus = WriterStatus()
    rounds: list[ImageRound] = []
    cost_summary: CostSummary = CostSummary()
    timings_s: dict[str, float] = {}
    warnings: list[str] = []


class AnalyzeRequest(BaseModel):
    """A photo whose scene is wanted."""

    model_config = ConfigDict(extra="forbid")

    picture: Artifact
    steering: str = Field("", max_length=4000, description="What the description is to stress")
    model: str | None = Field(None, max_length=256, description="Who looks at it, instead of config.json's")
    max_cost_usd: float = Field(1.0, gt=0, le=100, description="No call is made that could overshoot this")


class AnalyzeResult(BaseModel):
    """The scene; `success` is False when there is none, and `error` says why."""

    success: bool
    error: str | None = None
    error_kind: Literal["unreadable", "timeout", "unreachable", "refused"] | None = Field(
        None, description="What was wrong with the model that looked: its answer, its time, its absence, its refusal"
    )
    upstream_status: int | None = Field(None, description="HTTP status of the model's refusal")
    scene: Scene | None = None
    source: Literal["llm", "offline"] = "offline"
    model_id: str = ""
    repaired: bool = Field(False, description="The first answer did not fit the schema")
    cost_summary: CostSummary = CostSummary()
    timings_s: dict[str, float] = {}
    warnings: list[str] = []

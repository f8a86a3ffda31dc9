"""Worker 1's operation: words or a picture become concept pictures. The steps are those of flows/concepts.py."""

from blocks.artifacts import Artifact, ArtifactStore
from blocks.blender import Blender
from blocks.image_models import ImageModelSettings, Wish, load
from deployments.runpod.worker import again
from flows.contracts import ConceptsRequest, ConceptsResult
from tasks import concepts
from tasks.domain.concepts.composing import STAGINGS, composed, stagings
from tasks.domain.concepts.matting import cut_from_backdrop
from tasks.domain.concepts.offline_illustrator import (
    NOT_CUT_OUT,
    PHOTO,
    RINGS,
    warnings_of_a_photo,
    warnings_of_rings,
)
from tasks.domain.concepts.ring_variety import RingConcept, ring_concepts
from tasks.domain.concepts.styles import ConceptStyle, Grade, style_named
from tasks.domain.concepts.wording import worded
from tasks.domain.errors import BudgetExceeded, ScriptFailed, UpstreamError
from tasks.domain.images.decoding import decode
from tasks.domain.pictures import Picture
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.script import write_script
from tasks.rings import SAMPLES, failure_of


async def generate_concepts(request: ConceptsRequest) -> ConceptsResult:
    """Return concepts by whoever is to draw them; what fails is raised."""
    style = style_named(request.style)
    provider = concepts.choose_illustrator(request.provider)
    picture = None
    if request.picture is not None or request.picture_url is not None:
        picture = await again(lambda: concepts.take_picture.fn(request.picture, request.picture_url))
    if not concepts.draws_offline(provider):
        return await _by_model(provider, request, style, picture)
    if picture is not None:
        return await _composed(request, style, picture)
    return await _rings(request, style)


async def _by_model(
    provider: str, request: ConceptsRequest, style: ConceptStyle | None, picture: Artifact | None
) -> ConceptsResult:
    """Ask the image model until there are as many as wished, and never for more than the cap could bear."""
    store, model = ArtifactStore.from_settings(), load(provider)
    given = Picture.from_bytes(await store.read(picture)) if picture else None
    prompt = worded(request.prompt, style, has_picture=given is not None)
    drawn: list[Artifact] = []
    spent_usd, left = 0.0, request.n
    while left:
        wish = Wish(prompt=prompt, picture=given, n=min(left, model.per_request))
        worst_usd = model.worst_case_usd(wish)
        if spent_usd + worst_usd > request.max_cost_usd:
            raise BudgetExceeded(request.max_cost_usd, spent_usd, worst_usd)
        answer = await again(lambda wish=wish: model.draw(wish))  # type: ignore[misc]
        spent_usd, left = spent_usd + answer.cost.cost_usd, left - wish.n
        if not answer.pictures:
            raise UpstreamError(provider, f"refused to draw this: {answer.refusal}")
        raw = [await store.write(data) for data in answer.pictures]
        drawn += [await concepts.as_png.fn(each, provider) for each in raw]
    return ConceptsResult(success=True, provider=provider, model_id=model.model_id, prompt=prompt, concepts=drawn)


async def _composed(request: ConceptsRequest, style: ConceptStyle | None, picture: Artifact) -> ConceptsResult:
    """Set what the picture shows before other backdrops."""
    grade = style.grade if style else Grade()
    made = [await concepts.compose.fn(picture, grade, request.seed, number) for number in range(1, request.n + 1)]
    return ConceptsResult(
        success=True,
        provider="offline",
        model_id=PHOTO,
        prompt=request.prompt,
        concepts=[each.concept for each in made],
        warnings=warnings_of_a_photo(style) + ([] if all(each.found for each in made) else [NOT_CUT_OUT]),
    )


async def _rings(request: ConceptsRequest, style: ConceptStyle | None) -> ConceptsResult:
    """Photograph rings that the offline designer makes of the words."""
    words = style.ring_words if style else ""
    wished = ring_concepts(request.prompt, words, n=request.n, seed=request.seed)
    return ConceptsResult(
        success=True,
        provider="offline",
        model_id=RINGS,
        prompt=", ".join(part for part in (request.prompt.strip(), words) if part),
        concepts=[await _photographed(each, request.seed, number) for number, each in enumerate(wished)],
        warnings=warnings_of_rings(request.prompt, style),
    )


async def _photographed(concept: RingConcept, seed: int, number: int) -> Artifact:
    """Build a ring and photograph it, with this machine's Blender: there is no saved block to ask."""
    engine = Blender()
    built = await engine.build(write_script(read_prompt(concept.words)))
    if not built.ok or built.glb is None:
        raise ScriptFailed(str(failure_of(built)))
    size_px = ImageModelSettings().offline_px
    rendered = await engine.render(built.glb, [concept.view], size_px=size_px, samples=SAMPLES)
    subject = cut_from_backdrop(decode(rendered[concept.view], field="rendering").pixels)
    staging = stagings(len(STAGINGS), seed)[number % len(STAGINGS)]
    return await ArtifactStore.from_settings().write(composed(subject, staging, Grade()))

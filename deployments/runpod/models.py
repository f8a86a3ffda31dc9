"""Worker 2's operations: a picture becomes a model, a model gets its size. The steps are those of flows/models3d.py."""

from blocks.artifacts import Artifact
from deployments.runpod.worker import again
from flows.contracts import ModelRequest, ModelResult, RescaleRequest, RescaleResult
from tasks import models3d, print_sizes


async def generate_model(request: ModelRequest) -> ModelResult:
    """Return a clean model of normalised size; what fails is raised."""
    picture = await again(lambda: models3d.fetch_picture.fn(request.picture, request.picture_url))
    raw = await again(lambda: models3d.reconstruct.fn(picture, request.reconstruction))
    cleaned = await models3d.clean.fn(raw.model, request.keep_small_parts)
    model = await models3d.normalise.fn(cleaned.model)
    proven = await models3d.prove.fn(model)
    return ModelResult(
        success=True,
        picture=picture,
        raw=raw.model,
        model=model,
        views=proven.views,
        engine=raw.engine,
        cleaning=cleaned.report,
        proof=proven.proof,
        warnings=models3d.warnings_of(raw, cleaned.report),
    )


async def rescale_model(request: RescaleRequest) -> RescaleResult:
    """Return a model in its size; what fails is raised."""
    model: Artifact = await again(lambda: models3d.fetch_model.fn(request.model, request.model_url))
    scaled = await print_sizes.rescale.fn(model, request.scale_factor, request.target_dimensions, request.keep_aspect)
    proven = await models3d.prove.fn(scaled.model)
    return RescaleResult(
        success=True,
        model=scaled.model,
        views=proven.views,
        factors=scaled.factors,
        proof=proven.proof,
        warnings=scaled.warnings,
    )

"""What the first run in a process would import and compute, done in the zygote before any run is forked."""

from collections.abc import Iterator

from pydantic import BaseModel

from blocks import image_models, language_models
from blocks.blender import kit_reference
from blocks.blender.fingerprint import engine_fingerprint
from blocks.images.settings import ImageSettings
from blocks.images.writers import own_server


def warm_up() -> None:
    """Load the SDKs of models with a key or an address, which take seconds, read the ring kit, build models."""
    for language_model in language_models.with_keys():
        language_model.warm_up()
    for image_model in image_models.with_keys():
        image_model.warm_up()
    images = ImageSettings()
    if images.lm_studio_url:
        own_server(images, images.lm_studio_model, images.llm_timeout_s).warm_up()
    kit_reference()
    engine_fingerprint()
    for kind in _subclasses(BaseModel):
        # Prefect leaves building its models to their first use; a run uses many, which takes it a tenth of a second.
        if kind.__module__.startswith("prefect.") and not kind.__pydantic_complete__:
            kind.model_rebuild(raise_errors=False)


def _subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for subclass in model.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)

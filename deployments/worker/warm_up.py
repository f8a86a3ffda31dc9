"""What the first run in a process would import and compute, done in the zygote before any run is forked."""

from blocks.blender import kit_reference
from blocks.blender.fingerprint import engine_fingerprint
from blocks.language_models import with_keys


def warm_up() -> None:
    """Load the SDKs of the language models that have a key, which take seconds, and read the ring kit."""
    for model in with_keys():
        model.warm_up()
    kit_reference()
    engine_fingerprint()

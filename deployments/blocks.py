"""The blocks that a fresh Prefect gets, so that they can be seen and edited in its pages."""

from prefect.blocks.core import Block

from blocks.artifacts import ArtifactStore
from blocks.blender import Blender
from blocks.image_models import GeminiImages, OpenAIImages
from blocks.images.endpoint import ImageEndpoint
from blocks.language_models.claude import Claude
from blocks.language_models.gemini import Gemini
from blocks.language_models.openai_compatible import OpenAICompatible
from blocks.models3d.trellis import Trellis
from blocks.try_on.a100 import A100
from blocks.try_on.birefnet import BiRefNet
from blocks.try_on.image_manipulator import ImageManipulator
from blocks.try_on.sam3 import SAM3

NAME = "atelier"


def block_types() -> list[type[Block]]:
    """Return every type of ours."""
    models: list[type[Block]] = [Claude, Gemini, OpenAICompatible, OpenAIImages, GeminiImages]
    return [ArtifactStore, Blender, *models, ImageManipulator, BiRefNet, SAM3, A100, Trellis, ImageEndpoint]


def our_blocks() -> list[Block]:
    """Return what a person may edit: Blender's limits. Where things lie, and keys, come from the environment."""
    return [Blender(socket=None)]

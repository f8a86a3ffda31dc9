"""Image models behind one call: words, and perhaps a picture, go in; pictures with their cost come out."""

from blocks.image_models.answers import Drawing, ImageUsage, Wish
from blocks.image_models.catalogue import OFFLINE, load, resolve, with_keys
from blocks.image_models.gemini_images import GeminiImages
from blocks.image_models.model import ImageModel
from blocks.image_models.openai_images import OpenAIImages
from blocks.image_models.settings import ImageModelSettings

__all__ = [
    "OFFLINE",
    "Drawing",
    "GeminiImages",
    "ImageModel",
    "ImageModelSettings",
    "ImageUsage",
    "OpenAIImages",
    "Wish",
    "load",
    "resolve",
    "with_keys",
]

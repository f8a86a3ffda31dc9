"""Language models behind one call: a prompt goes in, an answer with its cost comes out."""

from blocks.language_models.answers import Answer, BilledFailure, Cost, Prompt, Unanswered, Usage
from blocks.language_models.catalogue import OFFLINE, load, resolve, with_keys
from blocks.language_models.claude import Claude
from blocks.language_models.gemini import Gemini
from blocks.language_models.model import LanguageModel
from blocks.language_models.prices import Price, UnknownPrice
from blocks.language_models.settings import LanguageModelSettings
from tasks.domain.pictures import Picture

__all__ = [
    "OFFLINE",
    "Answer",
    "BilledFailure",
    "Claude",
    "Cost",
    "Gemini",
    "LanguageModel",
    "LanguageModelSettings",
    "Picture",
    "Price",
    "Prompt",
    "Unanswered",
    "UnknownPrice",
    "Usage",
    "load",
    "resolve",
    "with_keys",
]

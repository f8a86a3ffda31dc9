"""The words that the painter follows, from vocabulary.yaml."""

from collections.abc import Iterator
from pathlib import Path

import yaml

WORDS = Path(__file__).with_suffix(".yaml")


def phrases() -> Iterator[tuple[str, str, str]]:
    """Yield every (phrase, kind, value)."""
    for kind, table in yaml.safe_load(WORDS.read_text()).items():
        for value, listed in table.items():
            for phrase in str(listed).split(","):
                yield phrase.strip(), kind, value

"""One supervised stack, with a language model on loopback, that this folder's tests do their worst to."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deployments.stack import Stack
from tests.life.world import Model, World, living_stack, world_of


@pytest.fixture(scope="package")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Model]]:
    """The stack and its language model."""
    with living_stack(tmp_path_factory.mktemp("life")) as both:
        yield both


@pytest.fixture
async def world(alive: tuple[Stack, Model]) -> AsyncIterator[World]:
    """The stack with clients of this test's own."""
    async with world_of(*alive) as world:
        yield world

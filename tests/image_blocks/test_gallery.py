"""The gallery of a store: names, and several who hang pictures at once."""

import asyncio
from datetime import UTC, datetime

from blocks.artifacts import ArtifactStore
from blocks.images.gallery import Gallery, GalleryEntry


async def entry(store: ArtifactStore, data: bytes, filename: str = "ring.png") -> GalleryEntry:
    """Return a picture that is not in the gallery yet."""
    picture = await store.write(data)
    return GalleryEntry(
        filename=filename,
        picture=picture,
        thumbnail=picture,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        width_px=1,
        height_px=1,
    )


async def test_pictures_of_one_name_hang_side_by_side(store: ArtifactStore) -> None:
    """Jobs that hang different pictures under one name at once: each is there, one under that name."""
    wanted = [await entry(store, f"picture {number}".encode()) for number in range(6)]
    hung = await asyncio.gather(*(Gallery(store).add(each) for each in wanted))
    assert [each.picture for each in hung] == [each.picture for each in wanted]
    names = {each.filename for each in hung}
    assert len(names) == 6
    assert "ring.png" in names
    assert {each.filename for each in await Gallery(store).newest(10)} == names
    for each in hung:
        assert await Gallery(store).find(each.filename) == each


async def test_a_picture_hung_again_stays_as_it_was(store: ArtifactStore) -> None:
    """A job that goes on after a crash hangs what it had hung: under its name, or under the one that it got instead."""
    first, second = await entry(store, b"one"), await entry(store, b"two")
    hung = [await Gallery(store).add(each) for each in (first, second)]
    later = [each.model_copy(update={"created": datetime.now(UTC)}) for each in (first, second)]
    assert [await Gallery(store).add(each) for each in later] == hung
    assert len(await Gallery(store).newest(10)) == 2

"""The gallery: every picture, newest first, served with its thumbnail from the artifact store."""

import hashlib

from tests.images_api.conftest import Client, refused, wrong
from tests.images_api.documents import in_gallery
from tests.prefect_server import Hand


async def test_the_newest_come_first(dual: Client, hand: Hand) -> None:
    """A bare array, with what the pages need beside the contract's five fields; `limit` cuts it."""
    for minute in range(3):
        await in_gallery(hand.store, f"gen_{minute}.png", minute)
    listed = await dual.read("/api/gallery")
    assert [item["filename"] for item in listed] == ["gen_2.png", "gen_1.png", "gen_0.png"]
    first = listed[0]
    assert (first["url"], first["thumbnail"]) == ("/images/gen_2.png", "/images/gen_2.png?thumbnail=1")
    assert (first["mtime"], first["created"][:5]) == (1767268920, "2026-")
    assert first["size"] == len((await dual.get(first["url"])).content)
    assert (first["prompt"], first["endpoint"], first["seed"], first["width"]) == ("a barn", "Endpoint 1", 7, 64)
    assert len(await dual.read("/api/v1/gallery", limit=2)) == 2
    assert len(await dual.read("/api/v1/gallery", limit=1_000_000)) == 3


async def test_a_limit_is_a_number_from_one(dual: Client) -> None:
    """Anything else is named."""
    for limit in ("0", "-1", "x", "1e3"):
        assert set(wrong(await dual.get("/api/v1/gallery", params={"limit": limit}))) == {"limit"}


async def test_an_empty_gallery(dual: Client) -> None:
    """Nothing was made yet."""
    assert await dual.read("/api/v1/gallery") == []


async def test_pictures_are_served_whole_in_parts_and_small(dual: Client, hand: Hand) -> None:
    """With the digest as ETag, so that a browser asks for each only once; the thumbnail is another file."""
    entry = await in_gallery(hand.store, "gen_a.png")
    whole = await dual.get("/images/gen_a.png")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "image/png")
    assert hashlib.sha256(whole.content).hexdigest() == entry.picture.sha256
    assert 'filename="gen_a.png"' in whole.headers["content-disposition"]
    known = await dual.get("/images/gen_a.png", headers={"If-None-Match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    part = await dual.get("/images/gen_a.png", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, whole.content[:4])
    small = await dual.get("/images/gen_a.png", params={"thumbnail": 1})
    assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
    head = await dual.head("/images/gen_a.png")
    assert (head.status_code, head.content) == (200, b"")


async def test_what_is_no_picture_of_the_gallery_is_not_found(dual: Client, hand: Hand) -> None:
    """No name leads out of the gallery."""
    await hand.store.write_named("secret.json", b"{}")
    for name in ("none.png", "..%2Fsecret.json", "%2e%2e%2fsecret", ".hidden", "a/b.png", "x" * 400):
        answer = await dual.get(f"/images/{name}")
        assert answer.status_code in (400, 404)
        refused(answer, answer.status_code, "VALIDATION_ERROR")

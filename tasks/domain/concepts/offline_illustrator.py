"""What the offline illustrator says of its pictures: with what they were drawn, and what of a wish it left aside."""

from tasks.domain.concepts.ring_variety import asks_for_a_ring, not_followed
from tasks.domain.concepts.styles import ConceptStyle

RINGS, PHOTO = "offline illustrator: rings", "offline illustrator: photo"  # as the name of a model

DRAWN_OFFLINE = "drawn by the offline illustrator, without an image model"
RINGS_ONLY = "the offline illustrator draws rings only, and this prompt asks for something else: a ring is shown"
WORDS_UNREAD = "the offline illustrator sets the picture's own subject in a new light; it does not follow words"
NOT_CUT_OUT = "nothing stood out of the picture's background, so that it was taken whole"


def warnings_of_rings(prompt: str, style: ConceptStyle | None) -> list[str]:
    """Return what a client should know of rings that were drawn for `prompt`."""
    words = style.ring_words if style else ""
    return [
        DRAWN_OFFLINE,
        *([] if asks_for_a_ring(prompt) else [RINGS_ONLY]),
        *([f"style {style.id} is not followed by the offline illustrator"] if style and not words else []),
        *(f"not drawn: {wish}" for wish in not_followed(prompt, words)),
    ]


def warnings_of_a_photo(style: ConceptStyle | None) -> list[str]:
    """Return what a client should know of a photo's subject before other backdrops."""
    if style is None:
        return [DRAWN_OFFLINE, WORDS_UNREAD]
    what = "changes its colours only" if style.grades else "is not followed"
    return [
        DRAWN_OFFLINE,
        WORDS_UNREAD,
        f"style {style.id} {what} where the offline illustrator works from a picture",
    ]

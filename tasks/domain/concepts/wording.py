"""What image models are told: the client's words, the style's, and what makes a picture that a model can be made of."""

from tasks.domain.concepts.styles import ConceptStyle

FROM_WORDS = "Product photograph of one single piece: {words}."
FROM_PICTURE = "Redraw the piece in this picture as a product photograph of one single piece."
CHANGES = "Change it as follows: {words}."
STYLE = "Style: {fragment}."
STAGING = (
    "The whole piece is visible, centred, and fills about two thirds of the frame, seen from slightly above in a "
    "three-quarter view. Plain seamless white background, soft even studio light, a faint shadow below. "
    "No people, hands, stands, boxes, text or watermarks."
)


def worded(words: str, style: ConceptStyle | None, *, has_picture: bool) -> str:
    """Return the prompt for `words`, which may be empty where there is a picture to start from."""
    words = " ".join(words.split()).rstrip(".")
    if has_picture:
        wish = [FROM_PICTURE, *([CHANGES.format(words=words)] if words else [])]
    else:
        wish = [FROM_WORDS.format(words=words)]
    return " ".join([*wish, *([STYLE.format(fragment=style.fragment)] if style else []), STAGING])

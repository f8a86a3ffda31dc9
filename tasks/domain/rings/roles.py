"""Which stone is which: the parts that a prompt's stones play in the ring.

A stone's role comes from the words beside it ('side stones', 'halo', 'channel set', 'centre'). A single stone without
a role is the centre, several are the row; what is left takes the first free part.
"""

from dataclasses import dataclass, fields

from tasks.domain.rings.sheet import Mention, Sheet

LARGEST_IN_A_ROW_MM = 4.0


@dataclass
class Cast:
    """Who plays what; None where the prompt names no stone for a part."""

    center: Mention | None = None
    side: Mention | None = None
    halo: Mention | None = None
    row: Mention | None = None
    accent: Mention | None = None


def cast(sheet: Sheet, wanted: set[str]) -> Cast:
    """Give each mentioned stone its part; those that find none stay unused on the sheet, and are listed there.

    `wanted` names what the prompt asks for beside stones: head, row, side, halo.
    """
    mentions = _merged(sheet)
    parts = Cast()
    for mention in mentions:
        _cast_by_role(parts, mention)
    played = [id(mention) for mention in _players(parts)]
    free = [mention for mention in mentions if id(mention) not in played]
    if parts.center is None:
        parts.center = _center_among(free, wanted)
    for mention in free:
        if mention is not parts.center:
            _cast_in_free_part(parts, mention, wanted)
    return parts


def _players(parts: Cast) -> list[Mention]:
    played = [getattr(parts, field.name) for field in fields(parts)]
    return [mention for mention in played if mention is not None]


def _cast_by_role(parts: Cast, mention: Mention) -> None:
    for role in ("side", "accent", "halo", "center"):
        if role in mention.roles and getattr(parts, role) is None:
            setattr(parts, role, mention)
            return
    if "row" in mention.roles and parts.row is None:
        parts.row = mention


def _center_among(free: list[Mention], wanted: set[str]) -> Mention | None:
    """The first stone that can only be the centre; if a head is wanted, then any that is left."""
    plain = [mention for mention in free if not mention.roles]
    singles = [mention for mention in plain if not mention.plural]
    if "head" in wanted:
        candidates = [*singles, *plain, *free]
    elif "row" in wanted:
        candidates = [mention for mention in free if _is_large(mention)]
    else:
        candidates = singles
    return next(iter(candidates), None)


def _is_large(mention: Mention) -> bool:
    """True when a stone is spoken of as one that no row holds: weighed or measured by itself, or 'a', 'an', 'one'."""
    if mention.plural or "total" in mention.phrases:
        return False
    alone = mention.single and not mention.roles
    return alone or "carats" in mention.phrases or _length_mm(mention) > LARGEST_IN_A_ROW_MM


def _length_mm(mention: Mention) -> float:
    length = mention.value("mm")
    dims = mention.value("dims")
    return max(dims) if isinstance(dims, tuple) else length if isinstance(length, float) else 0.0


def _cast_in_free_part(parts: Cast, mention: Mention, wanted: set[str]) -> None:
    hinted = [role.rstrip("?") for role in mention.roles if role.endswith("?")]
    likely = [part for part in ("side", "halo", "row") if part in wanted]
    accent = ["accent"] if mention.named or {"cut", "dome"} & mention.phrases.keys() or mention.plural else []
    for part in [*hinted, *likely, *accent]:
        if getattr(parts, part) is None:
            setattr(parts, part, mention)
            return


def _merged(sheet: Sheet) -> list[Mention]:
    """Sizes, cuts and colours said apart from their stone ('a sapphire ring, oval, 2 ct') join it."""
    kept: list[Mention] = []
    mentions = sheet.mentions()
    for mention in mentions:
        host = next((other for other in mentions if _can_join(mention, other)), None)
        if host is None:
            kept.append(mention)
        else:
            sheet.use(*(mention.phrases[kind] for kind in mention.phrases.keys() & host.phrases.keys()))
            host.phrases = mention.phrases | host.phrases
            host.roles += mention.roles
    return kept


def _can_join(mention: Mention, host: Mention) -> bool:
    counted = host.plural and mention.phrases.keys() <= {"count", "role"}
    loose = (
        (not mention.named or _same_again(mention, host))
        and (counted or not mention.plural)
        and set(mention.roles) <= {"center"}
    )
    solid = host.named or bool({"cut", "dome"} & host.phrases.keys())
    apart = mention is not host and not mention.phrases.keys() & host.phrases.keys() - {"role", "stone"}
    return loose and solid and apart and not {"side", "accent", "halo"} & set(host.roles)


def _same_again(mention: Mention, host: Mention) -> bool:
    """'a pearl ring with an 8 mm pearl': one stone, named again for its size."""
    sized = mention.phrases.keys() & {"mm", "dims", "carats"}
    return bool(sized) and "stone" in mention.phrases and mention.value("stone") == host.value("stone")

"""The order sheet: a prompt's phrases, each of which must be used, or be listed as not honoured."""

from dataclasses import dataclass, field

from tasks.domain.rings.phrases import Phrase, read_phrases

GEM_KINDS = frozenset(
    {"stone", "color", "cut", "dome", "carats", "total", "dims", "mm", "count", "other stone", "other cut"}
)
_ASKS_NOTHING = frozenset({"harmless", "break", "join", "not", "system"})
# Whole rings of stones, and the settings that hold the centre stone.
_CENTER_HEADS = frozenset({"solitaire", "prong", "bezel", "tension"})


@dataclass
class Mention:
    """One stone, or one kind of stones, as the prompt speaks of it: its phrases by kind, and its part in the ring."""

    phrases: dict[str, Phrase] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)
    plural: bool = False
    single: bool = False  # said with 'a', 'an', 'single' or 'one'
    complete: bool = False  # its role's noun has been said: the next stone is another one

    @property
    def named(self) -> bool:
        """True when a stone is named, and not only its size or cut."""
        return bool(self.phrases.keys() & {"stone", "other stone", "color"})

    def value(self, kind: str) -> object:
        """What the prompt says of this stone's `kind`, None when nothing."""
        phrase = self.phrases.get(kind)
        return phrase.value if phrase else None


class Sheet:
    """Phrases of one prompt, what was assumed, and what could not be honoured."""

    def __init__(self, prompt: str) -> None:
        self.phrases, respellings = read_phrases(prompt)
        self.assumptions = [f"'{word.written}' was read as '{word.read}'" for word in respellings]
        self.not_honoured: list[str] = []
        self._used: set[int] = set()

    def use(self, *phrases: Phrase) -> None:
        """Mark `phrases` as honoured."""
        self._used.update(id(phrase) for phrase in phrases)

    def asked(self, kind: str, *values: object) -> list[Phrase]:
        """Phrases of `kind` (with one of `values`, if given) that are asked for, marked as honoured."""
        found = [phrase for phrase in self.of(kind, values) if not phrase.negated]
        self.use(*found)
        return found

    def declined(self, kind: str) -> set[object]:
        """Values of `kind` that the prompt says it does not want, marked as honoured."""
        found = [phrase for phrase in self.of(kind) if phrase.negated]
        self.use(*found)
        return {phrase.value for phrase in found}

    def one(self, kind: str, noun: str) -> object:
        """The value of `kind`, None when nothing is asked; further, different ones are not honoured."""
        found = self.asked(kind)
        for other in found[1:]:
            if other.value != found[0].value:
                self.refuse(other.text, f"a ring has one {noun}, and '{found[0].text}' was asked first")
        return found[0].value if found else None

    def assume(self, text: str) -> None:
        """List a choice that the prompt left open."""
        if text not in self.assumptions:
            self.assumptions.append(text)

    def refuse(self, asked: str, why: str) -> None:
        """List a wish that is not honoured."""
        entry = f"'{asked}': {why}"
        if entry not in self.not_honoured:
            self.not_honoured.append(entry)

    def groupof(self, phrase: Phrase) -> list[Phrase]:
        """All phrases between the same commas, 'with', 'and' …, in order."""
        return [other for other in self.phrases if other.group == phrase.group]

    def list_leftovers(self) -> None:
        """Whatever nobody used is listed, so that nothing is dropped in silence."""
        for phrase in self.phrases:
            if id(phrase) in self._used or phrase.kind in _ASKS_NOTHING:
                continue
            if phrase.kind == "unmodelled":
                if not phrase.negated:
                    self.refuse(phrase.text, str(phrase.value))
            elif phrase.kind == "unknown":
                self.refuse(phrase.text, "not a word that the designer knows")
            else:
                self.refuse(phrase.text, "understood, but nothing in this ring can follow it")

    def mentions(self) -> list[Mention]:
        """The stones that the prompt asks for, in order."""
        groups = sorted({phrase.group for phrase in self.phrases})
        return [mention for group in groups for mention in self._mentions_in(group)]

    def of(self, kind: str, values: tuple[object, ...] = ()) -> list[Phrase]:
        """Phrases of `kind`, asked for or declined, not marked."""
        return [phrase for phrase in self.phrases if phrase.kind == kind and (not values or phrase.value in values)]

    def _mentions_in(self, group: int) -> list[Mention]:
        found: list[Mention] = []
        waiting: list[str] = []
        single = False
        for phrase in (phrase for phrase in self.phrases if phrase.group == group and not phrase.negated):
            role = roleof(phrase)
            if self._speaks_of_a_gem(phrase):
                if not found or found[-1].complete or phrase.kind in found[-1].phrases:
                    found.append(Mention(roles=list(waiting), single=single))
                found[-1].phrases[phrase.kind] = phrase
                found[-1].plural |= phrase.plural or phrase.kind == "count"
            elif role and found:
                found[-1].roles.append(role)
                found[-1].complete = _ends_a_mention(phrase, found[-1])
            elif role and role != "side?":
                waiting.append(role)
            single |= phrase.text in ("a", "an", "single", "1")
        return found

    def _speaks_of_a_gem(self, phrase: Phrase) -> bool:
        if phrase.kind in ("mm", "dims"):
            return self.measured(phrase) == "gem"
        stones = phrase.kind == "role" and phrase.value == "stones"
        if phrase.kind == "color" and self._colors_something_else(phrase):
            return False
        sized = phrase.kind == "build" and _names(phrase, "carats") and self.measured(phrase) == "gem"
        return phrase.kind in GEM_KINDS or stones or sized

    def _colors_something_else(self, color: Phrase) -> bool:
        """'blue enamel': a colour right before a word for what is not modelled."""
        at = next(i for i, phrase in enumerate(self.phrases) if phrase is color)
        following = self.phrases[at + 1 : at + 2]
        stones = [phrase for phrase in self.groupof(color) if phrase.kind in ("stone", "other stone", "cut", "dome")]
        return not stones and any(phrase.kind in ("unmodelled", "unknown") for phrase in following)

    def lengths(self, kind: str, subject: str) -> list[Phrase]:
        """Measures of `kind` (mm or dims) that speak of `subject`, not yet marked."""
        return [phrase for phrase in self.of(kind) if self.measured(phrase) == subject and not phrase.negated]

    def builds(self, dimension: str) -> list[Phrase]:
        """Words such as 'wide' or 'large' that change `dimension`; a large band is a wide one."""
        asked = [phrase for phrase in self.of("build") if not phrase.negated]
        return [phrase for phrase in asked if self._changes(phrase) == dimension]

    def _changes(self, build: Phrase) -> str:
        if _names(build, "carats") and self.measured(build) != "gem":
            return "width"
        return str(build.value[0]) if isinstance(build.value, tuple) else ""

    def measured(self, measure: Phrase) -> str:
        """What a length or a word such as 'large' is about: gem, face, width, thickness or inner."""
        group = self.groupof(measure)
        at = next(i for i, phrase in enumerate(group) if phrase is measure)
        before = [phrase for phrase in self.phrases if phrase.group == measure.group - 1]
        for phrase in [*group[at + 1 :], *reversed(group[:at]), *reversed(before)]:
            subject = _subject(phrase)
            if subject and (phrase not in before or _plausible(subject, measure)):
                return subject
        return _subject_of_size(measure)


def roleof(phrase: Phrase) -> str:
    """Which part of the ring a phrase speaks of, '' when of none; a '?' marks what may be the centre stone as well."""
    if phrase.kind == "row" or (phrase.kind == "ring" and phrase.value in ("band", "wedding")):
        return "row?"
    if phrase.kind == "head":
        return {"halo": "halo?", "three-stone": "side?"}.get(str(phrase.value), _center_role(str(phrase.value)))
    if phrase.kind == "role" and phrase.value != "stones":
        return {"around": "halo", "row": "row"}.get(str(phrase.value), str(phrase.value))
    return ""


def _ends_a_mention(role: Phrase, mention: Mention) -> bool:
    """'sapphire halo' is complete, 'princess centre' and 'tiny pavé' wait for their stone."""
    adjective = role.text in ("center", "centre", "central", "side", "accent")
    return not adjective and bool(mention.phrases.keys() & {"stone", "other stone", "cut", "dome", "other cut"})


def _names(build: Phrase, dimension: str) -> bool:
    return isinstance(build.value, tuple) and build.value[0] == dimension


def _center_role(head: str) -> str:
    return "center" if head in _CENTER_HEADS else ""


def _subject(phrase: Phrase) -> str:
    if phrase.kind in ("stone", "cut", "dome", "color", "other stone", "other cut", "carats"):
        return "gem"
    if phrase.kind == "role" and phrase.value in ("stones", "center", "side", "accent"):
        return "gem"
    if phrase.kind == "dimension":
        return {"shank": "width", "length": ""}.get(str(phrase.value), str(phrase.value))
    if phrase.kind == "ring" and phrase.value in ("band", "wedding"):
        return "width"
    return "face" if phrase.kind == "face" or phrase.value == "signet" else ""


def _plausible(subject: str, measure: Phrase) -> bool:
    """A bare '6.5 mm' after a comma may be the stone or the band just spoken of, a '17.3 mm' is the finger."""
    length = measure.value if isinstance(measure.value, float) else 0.0
    return (subject == "gem" and 3.5 <= length < 13) or (subject == "width" and 1 <= length < 13)


def _subject_of_size(measure: Phrase) -> str:
    if measure.kind == "mm" and isinstance(measure.value, float):
        return "inner" if measure.value >= 13 else "width"
    if measure.kind == "build":
        return str(measure.value[0]) if isinstance(measure.value, tuple) else ""
    return "gem"

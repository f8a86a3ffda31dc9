"""The settings that a prompt names, and what it declines."""

from tasks.domain.rings.sheet import Sheet


class Asked:
    """The settings that a prompt names, and what it declines."""

    def __init__(self, sheet: Sheet) -> None:
        self.heads = sheet.asked("head")
        self.rows = sheet.asked("row")
        self.coverages = sheet.asked("coverage")
        self.rings = sheet.asked("ring")
        self.plain = sheet.asked("plain")
        self.declined = sheet.declined("head") | sheet.declined("row") | sheet.declined("ring")
        self.declined_stones = sheet.declined("stone") | (sheet.declined("role") & {"stones"})
        shoulders = {phrase.value for phrase in sheet.of("shoulders") if not phrase.negated}
        self.split = "split" in shoulders
        self.raised = bool(shoulders)
        self.band_only = bool(sheet.of("profile") or sheet.lengths("mm", "width"))
        sheet.declined("cut")
        sheet.asked("role")
        offered = any(
            not phrase.negated and phrase.kind in ("stone", "cut", "dome", "color") for phrase in sheet.phrases
        )
        self.no_stones = bool(self.declined_stones) and not offered
        if "stones" in self.declined_stones and offered:
            sheet.refuse("no stones", "the prompt names stones as well")

    def is_for(self, *kinds: str) -> bool:
        """True when the prompt names such a ring: engagement, wedding, band, mens."""
        return any(phrase.value in kinds for phrase in self.rings)

    @property
    def wanted(self) -> set[str]:
        """Which parts the prompt asks for beside stones."""
        kinds = {str(phrase.value) for phrase in self.heads}
        parts = {part for kind, part in (("three-stone", "side"), ("halo", "halo")) if kind in kinds}
        if kinds or self.is_for("engagement"):
            parts.add("head")
        if self.rows or self.coverages:
            parts.add("row")
        return parts

"""Housekeeping's report in words: pure text."""

from flows.contracts import HousekeepingReport

FOREIGN_SHOWN = 20


def markdown(report: HousekeepingReport) -> str:
    """Return the report as a page."""
    title = "# What housekeeping would remove" if report.dry_run else "# What housekeeping removed"
    went = "would go" if report.dry_run else "went"
    rows = [
        f"| {line.kind} | {line.removed} | {line.removed_bytes / 1e6:.2f} | {line.kept} | {line.why_kept} |"
        for line in report.lines
    ]
    parts = [
        title,
        f"What ended before {report.ended_before:%Y-%m-%d %H:%M} UTC is old.",
        "\n".join([f"| kind | {went} | MB | stays | why |", "|---|---:|---:|---:|---|", *rows]),
    ]
    if report.foreign:
        shown = [f"- `{name}`" for name in report.foreign[:FOREIGN_SHOWN]]
        more = len(report.foreign) - len(shown)
        parts.append("\n".join(["## Foreign, left alone", "", *shown, *([f"- and {more} more"] if more else [])]))
    parts += [f"> {note}" for note in report.notes]
    return "\n\n".join(parts) + "\n"

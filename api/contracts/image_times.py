"""Times as the image contracts spell them."""

from datetime import UTC, datetime


def now() -> str:
    """Return the time in UTC, as health documents have it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def local_time(moment: datetime) -> str:
    """Return the local time, without a zone, as jobs and the gallery have it."""
    return moment.astimezone().replace(tzinfo=None).isoformat(timespec="seconds")

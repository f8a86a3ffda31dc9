"""Who asked, and in which trace: a correlation id and W3C trace context (https://www.w3.org/TR/trace-context/)."""

import re
import secrets
from dataclasses import dataclass
from typing import Self

CORRELATION_HEADER = "X-Correlation-ID"
TRACEPARENT_HEADER = "traceparent"

NEW_ID_BYTES = 6  # twelve hexadecimal digits: short enough to be read out, and a million a day never meet

_CORRELATION_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# Version ff is forbidden; ids of zeros are; what a later version puts behind the flags is not ours to read.
_TRACEPARENT = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<rest>-.*)?"
)
SAMPLED = 1


@dataclass(frozen=True)
class Trace:
    """One request on its way through every part: what its client called it, and where in its trace it is."""

    correlation_id: str
    trace_id: str
    span_id: str
    sampled: bool = True

    @classmethod
    def received(cls, correlation_id: str, traceparent: str) -> Self:
        """Go on with what a caller sent; what is missing or malformed is made anew."""
        known = correlation_id if _CORRELATION_ID.fullmatch(correlation_id) else secrets.token_hex(NEW_ID_BYTES)
        match = _TRACEPARENT.fullmatch(traceparent)
        if match is None or (match["version"] == "00" and match["rest"]):
            return cls(known, secrets.token_hex(16), secrets.token_hex(8))
        return cls(known, match["trace"], match["span"], sampled=bool(int(match["flags"], 16) & SAMPLED))

    def next_hop(self) -> "Trace":
        """Return the same trace with a span id of its own, for one part's work or one call to another."""
        return Trace(self.correlation_id, self.trace_id, secrets.token_hex(8), self.sampled)

    @property
    def traceparent(self) -> str:
        """The header's value: version, trace, span and flags."""
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"

    @property
    def headers(self) -> dict[str, str]:
        """Both headers, as they travel."""
        return {TRACEPARENT_HEADER: self.traceparent, CORRELATION_HEADER: self.correlation_id}

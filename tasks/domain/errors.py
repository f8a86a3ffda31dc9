"""The one tree of errors: each says whose fault it is.

AtelierError
├── InvalidInput      the caller's: names the field and the limit           → HTTP 422
├── MissingKey        the operator's: a named service has no credentials    → HTTP 503
├── BudgetExceeded    the caller's cap would be overshot; nothing was spent → run FAILED
├── ScriptFailed      the design's: its Blender script did not build        → fixed, or run FAILED
├── DesignFailed      no piece within the allowed attempts                  → run FAILED
└── UpstreamError     a service's: named, retried by policy when retryable  → HTTP 502
"""


class AtelierError(Exception):
    """Base of every error that Atelier raises on purpose."""


class InvalidInput(AtelierError):
    """The caller sent `field` with a value outside its limit."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}")


class MissingKey(AtelierError):
    """Service `service` was asked for by name, and environment variable `variable` is not set."""

    def __init__(self, service: str, variable: str) -> None:
        self.service = service
        self.variable = variable
        super().__init__(f"{service} needs the environment variable {variable}, which is not set")


class BudgetExceeded(AtelierError):
    """A paid call was not made, because its worst case would overshoot the cap."""

    def __init__(self, cap_usd: float, spent_usd: float, worst_case_usd: float) -> None:
        self.cap_usd = cap_usd
        self.spent_usd = spent_usd
        self.worst_case_usd = worst_case_usd
        super().__init__(
            f"the cost cap of {cap_usd:.2f} USD leaves {max(cap_usd - spent_usd, 0):.4f} USD "
            f"after {spent_usd:.4f} USD spent; the next call could cost {worst_case_usd:.4f} USD"
        )


class ScriptFailed(AtelierError):
    """A Blender script did not build; everything that helps to mend it is here.

    `line` is 1-based in the script as written, 0 when unknown; `excerpt` shows the lines around it;
    `facts` say what the live bpy API offers in place of the name that failed.
    """

    def __init__(
        self,
        message: str,
        *,
        line: int = 0,
        excerpt: str = "",
        facts: tuple[str, ...] = (),
        log_tail: str = "",
        elapsed_s: float = 0.0,
        timed_out: bool = False,
    ) -> None:
        self.message = message
        self.line = line
        self.excerpt = excerpt
        self.facts = facts
        self.log_tail = log_tail
        self.elapsed_s = elapsed_s
        self.timed_out = timed_out
        super().__init__(message)


class DesignFailed(AtelierError):
    """The allowed attempts produced no piece; the message tells why."""


class UpstreamError(AtelierError):
    """Outside service `service` failed; `retryable` when another attempt could succeed."""

    def __init__(self, service: str, detail: str, *, retryable: bool = False) -> None:
        self.service = service
        self.detail = detail
        self.retryable = retryable
        super().__init__(f"{service}: {detail}")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_upstream, (self.service, self.detail, self.retryable)


def _rebuild_upstream(service: str, detail: str, retryable: bool) -> UpstreamError:
    return UpstreamError(service, detail, retryable=retryable)

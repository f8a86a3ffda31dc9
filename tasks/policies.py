"""Named cache and retry policies: what a decorator line may say, and why.

Prefect's own `INPUTS` leaves out which task it is, and `TASK_SOURCE` misses edits to the functions
that a task calls; so two tasks with equal inputs would share a result, and an edited formula would
keep returning old ones. `by_inputs` keys on all three.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from prefect.cache_policies import CacheKeyFnPolicy, CachePolicy, Inputs
from prefect.context import TaskRunContext
from prefect.utilities.hashing import hash_objects

from tasks import domain
from tasks.domain.errors import UpstreamError


@lru_cache(maxsize=1)
def domain_fingerprint() -> str:
    """Return a digest of the pure code: a task's function calls modules all over it, not only its own."""
    sources = sorted(Path(domain.__file__ or "").parent.rglob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()


def by_inputs(*world: Callable[[], str], ignore: Iterable[str] = ()) -> CachePolicy:
    """Cache across runs by task name, inputs but those to `ignore`, the pure code, and the rest of the `world`.

    `world` names what else the result depends on and no input shows, such as a tool's version; it is
    called when a key is computed.
    """

    def key(context: TaskRunContext, _inputs: dict[str, Any]) -> str | None:
        return hash_objects(context.task.name, domain_fingerprint(), [fact() for fact in world])

    return Inputs(exclude=list(ignore)) + CacheKeyFnPolicy(cache_key_fn=key)


def if_upstream_may_recover(_task: Any, _task_run: Any, state: Any) -> bool:
    """Retry an overload, a 5xx or a timeout, nothing else.

    Prefect would silently never retry were this async, or did it ask `state.result()`, which inside an async
    task gives a coroutine; the raised error lies in the state as it is.
    """
    return isinstance(state.data, UpstreamError) and state.data.retryable

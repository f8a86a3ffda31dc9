"""Ready or not: the questions that the stack asks its parts while they start."""

import socket
from pathlib import Path

import httpx

TIMEOUT_S = 5

# Plain HTTP: a client that checks certificates reads all those of the machine first, for 50 ms and at each question.
# A connection that is kept might lead to a part that has died.
_CLIENT = httpx.Client(verify=False, timeout=TIMEOUT_S, limits=httpx.Limits(max_keepalive_connections=0))


def answers(url: str) -> bool:
    """Tell whether a GET of `url` succeeds."""
    try:
        return _CLIENT.get(url).is_success
    except httpx.TransportError:
        return False


def listens(path: Path) -> bool:
    """Tell whether something accepts connections on the Unix socket `path`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


def workers_online(prefect_api_url: str, pool: str) -> list[str]:
    """Return the names of the pool's live workers; empty while there is no such pool or no server."""
    url = f"{prefect_api_url}/work_pools/{pool}/workers/filter"
    try:
        answer = _CLIENT.post(url, json={"workers": {"status": {"any_": ["ONLINE"]}}})
    except httpx.TransportError:
        return []
    return [worker["name"] for worker in answer.json()] if answer.is_success else []

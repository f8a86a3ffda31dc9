"""Prefect's server, ours and the stock one, each saying on its output when it answers 5xx: `REFUSED 503 POST /path`."""

from fastapi import FastAPI
from prefect.server.api.server import create_app as create_stock_app
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.server import create_app as create_our_app

REFUSED = "REFUSED"


def ours() -> ASGIApp:
    """Return the server that the stack runs."""
    return _telling(create_our_app())


def stock() -> ASGIApp:
    """Return the server as Prefect runs it."""
    return _telling(create_stock_app())


def _telling(app: FastAPI) -> ASGIApp:
    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 500:
                print(REFUSED, message["status"], scope["method"], scope["path"], flush=True)
            await send(message)

        await app(scope, receive, sent)

    return told

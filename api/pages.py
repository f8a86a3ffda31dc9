"""The console's static files and the API's documentation, under a policy that keeps every request on this host."""

import re
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

CONSOLE = Path(__file__).resolve().parent / "console"
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")


class ConsoleFiles(StaticFiles):
    """Static files that carry the console's Content-Security-Policy."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve a file; browsers ask each time whether it has changed."""
        response = await super().get_response(path, scope)
        host = Request(scope).url.hostname or "localhost"
        response.headers["Content-Security-Policy"] = content_security_policy(host)
        response.headers["Cache-Control"] = "no-cache"
        return response


def content_security_policy(host: str) -> str:
    """Return the console's policy: everything from here, blobs for the viewer.

    Other ports of this host and of the browser's machine may be called too: Temporal mode's backend is there.
    """
    hosts = [name for name in dict.fromkeys((host, "localhost", "127.0.0.1")) if _HOST.fullmatch(name)]
    backends = " ".join(f"http://{name}:*" for name in hosts)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",  # the viewer's mesh decoder is WebAssembly
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' blob: data:",
            f"connect-src 'self' blob: data: {backends}",
            "worker-src 'self' blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def install_pages(app: FastAPI) -> None:
    """Serve the console under /ui and Swagger under /docs, both from this host."""
    app.mount("/ui", ConsoleFiles(directory=CONSOLE, html=True), name="ui")
    install_docs(app, assets="/ui")


def install_docs(app: FastAPI, *, assets: str) -> None:
    """Serve Swagger under /docs, its script and style from `assets`, where the console is."""

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        root = str(request.scope.get("root_path", "")).rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{root}{assets}/vendor/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{assets}/vendor/swagger-ui.css",
            swagger_favicon_url=f"{root}{assets}/icon.svg",
        )

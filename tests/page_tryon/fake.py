"""A try-on contract for the page's tests: it answers as the contract does, at once, and notes what it was asked."""

import base64
import io
from typing import Any

import numpy as np
from fastapi import FastAPI, HTTPException, Request
from PIL import Image

from api.pages import install_pages

CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX = 300, 400
PREFIXES = {"start": "jewelry-gen", "preprocess": "preprocess", "generate": "generate"}
GOOD = {"precision": 0.981, "recall": 0.972, "iou": 0.955, "growthRatio": 0.991}
POOR = {"precision": 0.97, "recall": 0.62, "iou": 0.61, "growthRatio": 0.64}


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return the picture's file."""
    held = io.BytesIO()
    picture.save(held, kind, **options)
    return held.getvalue()


def photo(width: int, height: int, **options: Any) -> bytes:
    """Return a JPEG of a golden disc in its middle, on grey."""
    rows, columns = np.mgrid[0:height, 0:width]
    disc = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < (min(width, height) / 4) ** 2
    pixels = np.where(disc[..., None], (200, 160, 60), (128, 128, 128)).astype(np.uint8)
    return encoded(Image.fromarray(pixels), **options)


def plain(colour: tuple[int, int, int]) -> bytes:
    """Return a JPEG of the canvas's size in one colour."""
    return encoded(Image.new("RGB", (CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX), colour), quality=95)


class FakeTryOn:
    """The contract's routes with canned answers; `bodies` are the requests, `say` sets what a run's status is."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.looks = 0
        self.cancelled: list[str] = []
        self.refusal: tuple[int, str] | None = None
        self.blobs: dict[str, bytes] = {}
        self.padding = {"top": 0, "bottom": 0, "left": 0, "right": 0}
        self.status: dict[str, Any] | None = None  # of every run, while it is not COMPLETED
        self.second = True
        self.gemini_metrics = POOR

    def say(self, status: str, step: str = "", progress: int = 0, **more: Any) -> None:
        """Let every run have this status from now on."""
        self.status = {
            "status": status,
            "progress": progress,
            "currentStep": step,
            "result": None,
            "error": None,
            **more,
        }

    def asked(self, kind: str) -> dict[str, Any]:
        """Return the body of the last request of a kind."""
        return next(body for name, body in reversed(self.bodies) if name == kind)

    def app(self, prefix: str = "") -> FastAPI:
        """Return the app, with the real page under /ui."""
        app = FastAPI()

        @app.get("/health")
        async def health() -> dict[str, Any]:
            services = dict.fromkeys(("a100", "imageManipulator", "birefnet", "sam3"), "online")
            return {"status": "healthy", "temporal": "connected", "prefect": "connected", "services": services}

        @app.post("/workflow/{kind}", status_code=202)
        async def begin(kind: str, request: Request) -> dict[str, str]:
            self.bodies.append((kind, await request.json()))
            if self.refusal:
                raise HTTPException(*self.refusal)
            return {"workflowId": f"{PREFIXES[kind]}-{len(self.bodies)}", "status": "RUNNING"}

        @app.get("/workflow/{run}")
        async def look(run: str) -> dict[str, Any]:
            self.looks += 1
            if self.status:
                return {"workflowId": run, **self.status}
            kind = next(kind for kind, prefix in PREFIXES.items() if run.startswith(prefix))
            result = self.prepared() if kind == "preprocess" else self.made()
            return {"workflowId": run, "status": "COMPLETED", "progress": 100, "currentStep": "COMPLETED",
                    "result": result, "error": None}  # fmt: skip

        @app.post("/workflow/{run}/cancel")
        async def cancel(run: str) -> dict[str, str]:
            self.cancelled.append(run)
            self.say("CANCELLED", "CANCELLED")
            return {"workflowId": run, "status": "CANCELLED"}

        @app.post("/images/fetch")
        async def fetch(request: Request) -> dict[str, str | None]:
            uris = (await request.json())["uris"]
            return {key: self._base64(uri) for key, uri in uris.items()}

        install_pages(app)
        if not prefix:
            return app
        outer = FastAPI()
        outer.mount(prefix, app)
        return outer

    def prepared(self) -> dict[str, Any]:
        """Return the result of a preprocess run: the last photo, letterboxed, and a mask of its middle."""
        original = base64.b64decode(self.asked("preprocess")["originalImageBase64"])
        with Image.open(io.BytesIO(original)) as opened:
            self.padding = padding(opened.width, opened.height)
        mask = np.zeros((CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX), np.uint8)
        mask[190:210, 100:200] = 255
        self.blobs |= {
            "azure://c/original": original,
            "azure://c/resized": plain((128, 128, 128)),
            "azure://c/mask": encoded(Image.fromarray(mask), "PNG"),
        }
        return {
            "sessionId": "s", "originalUri": "azure://c/original", "resizedUri": "azure://c/resized",
            "maskUri": "azure://c/mask", "bgRemovedUri": None, "backgroundRemoved": False, "padding": self.padding,
            "scaledPoints": [[150.0, 200.0]], "engines": {"GENERATING_MASK": "classical"}, "warnings": [],
        }  # fmt: skip

    def made(self) -> dict[str, Any]:
        """Return the result of a run that made pictures: a red one, and a blue one if there is a second."""
        colours = {"fluxResult": (200, 30, 30), "geminiResult": (30, 30, 200)}
        names = ("fluxResult", "geminiResult", "fluxFidelityViz", "geminiFidelityViz", "processedImage")
        self.blobs |= {f"azure://c/{name}": plain(colours.get(name, (90, 90, 90))) for name in names}
        self.blobs["azure://c/mask"] = encoded(Image.new("L", (CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX), 255), "PNG")
        there = [name for name in names if self.second or "gemini" not in name]
        return {
            **{f"{name}Uri": f"azure://c/{name}" if name in there else None for name in names},
            **{f"{name}Base64": None for name in names[:4]},
            "finalMaskUri": "azure://c/mask", "fluxMetrics": GOOD,
            "geminiMetrics": self.gemini_metrics if self.second else None,
            "backgroundRemoved": False, "engines": {"GENERATING_IMAGES": "classical"},
            "warnings": ["The lower edge of the mask was cut."],
        }  # fmt: skip

    def _base64(self, uri: str) -> str | None:
        return base64.b64encode(self.blobs[uri]).decode() if uri in self.blobs else None


def padding(width: int, height: int) -> dict[str, int]:
    """Return what is added around a photo of that size to fill the canvas."""
    scale = min(CANVAS_WIDTH_PX / width, CANVAS_HEIGHT_PX / height)
    across, down = CANVAS_WIDTH_PX - round(scale * width), CANVAS_HEIGHT_PX - round(scale * height)
    return {"top": down // 2, "bottom": down - down // 2, "left": across // 2, "right": across - across // 2}

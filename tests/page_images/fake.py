"""The image pipeline's three contracts for the pages' tests: they answer at once, and note what they were asked."""

import base64
import io
import time
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from PIL import Image
from pydantic import BaseModel

from api.contracts.dual_gen_models import (
    EndpointReach,
    EndpointsAndWriter,
    GalleryItem,
    JobAccepted,
    JobDocument,
    QueueDocument,
    WriterReach,
)
from api.pages import install_pages
from flows.contracts.images import EndpointStatus, WriterStatus
from tasks.domain.scenes.scene import Scene

ENDPOINTS = ("Studio 1", "Studio 2")
COLOURS = ((176, 141, 70), (92, 110, 128), (120, 84, 92), (86, 112, 84))
SIZE_PX = (300, 200)
MADE_AT_S = 1_767_225_600.0  # of the first picture
MEASURED: dict[str, Any] = {
    "scene": "A bright subject left of the middle on a plain ground",
    "subjects": [{"description": "one thing, not named", "position": "left third", "color_palette": ["gold #c9a24a"]}],
    "style": "photograph",
    "color_palette": ["ivory #f2ead8", "gold #c9a24a", "slate gray #6b7480"],
    "lighting": "soft, from the left",
    "mood": "calm",
    "camera": {"aspect_ratio": "3:2", "iso": 200},
    "analysis": {"by": "measurement", "model": "", "warnings": ["What the things are is not known."]},
}


def picture(number: int, size: tuple[int, int] = SIZE_PX) -> bytes:
    """Return a PNG in the colour of that number."""
    held = io.BytesIO()
    Image.new("RGB", size, COLOURS[number % len(COLOURS)]).save(held, "PNG")
    return held.getvalue()


def envelope(status: int, code: str, message: str, **fields: str) -> JSONResponse:
    """Return an error as the contracts tell it."""
    told = [{"field": name, "message": text, "code": code} for name, text in fields.items()]
    error = {"code": code, "message": message, "details": {"fields": told}}
    return JSONResponse({"success": False, "error": error, "correlation_id": "a1b2c3d4e5f6"}, status)


class FakeImages:
    """Jobs that wait until a test lets them go on; what the pages asked is in `bodies`."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.keys: set[str | None] = set()
        self.looks = self.queue_looks = 0
        self.jobs: dict[str, JobDocument] = {}
        self.gallery: list[GalleryItem] = []
        self.pictures: dict[str, bytes] = {}
        self.endpoints = dict.fromkeys(ENDPOINTS, "online")
        self.writer = WriterReach(url="http://llm/v1", model="qwen3", status="online", source="llm")
        self.refusal: JSONResponse | None = None
        self.scene: dict[str, Any] = MEASURED
        self.chats: list[dict[str, Any]] = []
        self.answer = "{}"  # of the language model

    # ---- what a test brings about ------------------------------------------------------------------------------

    def asked(self, route: str) -> dict[str, Any]:
        """Return the body of the last request of a route."""
        return next(body for name, body in reversed(self.bodies) if name == route)

    @property
    def last(self) -> JobDocument:
        """The job that was asked for last."""
        return next(reversed(self.jobs.values()))

    def run(self, job: JobDocument, *states: str, llm: dict[str, Any] | None = None) -> None:
        """Let the next round of a job be under way, each endpoint in its state."""
        job.status, job.current_run = "running", len(job.results) + 1
        job.started_at = job.started_at or _now()
        job.current_prompt = job.prompt
        job.endpoint_status = {
            name: EndpointStatus.model_validate({"state": state, "start_time": time.time() - 3})
            for name, state in zip(self.endpoints, states or ("generating",) * len(self.endpoints), strict=True)
        }
        job.llm_status = WriterStatus.model_validate(llm or {})

    def finish_round(self, job: JobDocument, *errors: str | None) -> None:
        """Let a round be finished; `errors`: by endpoint, why it made no picture."""
        self.run(job, *("done",) * len(self.endpoints), llm=job.llm_status.model_dump())
        number = len(job.results) + 1
        told = [*errors, *(None,) * (len(self.endpoints) - len(errors))]
        images = [self._made(job, number, name, error) for name, error in zip(self.endpoints, told, strict=True)]
        done = {
            "prompt": job.prompt, "endpoint_prompts": dict.fromkeys(self.endpoints, job.prompt),
            "guidance_scale": None, "strength": 0.75, "steps": 25, "images": images,
        }  # fmt: skip
        job.results = JobDocument.model_validate({**job.model_dump(), "results": [*_dumped(job.results), done]}).results

    def end(self, job: JobDocument, status: str = "complete", error: str | None = None) -> None:
        """Let a job end."""
        job.status = status  # type: ignore[assignment]
        job.completed_at, job.total_elapsed, job.error = _now(), 4.2, error

    def draw(self, prompt: str, rounds: int = 1) -> JobDocument:
        """Put a finished job there, its pictures in the gallery."""
        job = self._queue({"prompt": prompt, "count": rounds})
        for _ in range(rounds):
            self.finish_round(job)
        self.end(job)
        return job

    def _made(self, job: JobDocument, number: int, endpoint: str, error: str | None) -> dict[str, Any]:
        where = {"ip": "127.0.0.1", "port": 1, "name": endpoint}
        if error:
            return {"success": False, "error": error, "endpoint": where, "prompt_used": job.prompt}
        name = f"gen_127_0_0_1_{len(self.pictures) + 1:04d}.png"
        self.pictures[name] = picture(len(self.pictures))
        stats = {"filename": name, "seed": 40 + number, "width": 300, "height": 200, "engine": "studio-painter"}
        self._hang(name, job, number, endpoint)
        return {
            "success": True, "local_path": f"images/{name}", "endpoint": where, "stats": stats, "duration": 1.25,
            "prompt_used": job.prompt,
        }  # fmt: skip

    def _hang(self, name: str, job: JobDocument, number: int, endpoint: str) -> None:
        made = MADE_AT_S + 3600 * len(self.gallery)
        item = GalleryItem(
            filename=name,
            url=f"/images/{name}",
            created=datetime.fromtimestamp(made).isoformat(timespec="seconds"),
            mtime=made,
            size=len(self.pictures[name]),
            thumbnail=f"/images/{name}?thumbnail=1",
            width=300,
            height=200,
            job_id=job.id,
            round=number,
            endpoint=endpoint,
            prompt=job.prompt,
            seed=40 + number,
            engine="studio-painter",
        )
        self.gallery.insert(0, item)

    def _queue(self, asked: dict[str, Any]) -> JobDocument:
        job = JobDocument.model_validate(
            {
                "id": f"job-{len(self.jobs) + 1}", "status": "queued", "prompt": "", "prompt2": "",
                "prompt_mode": "same", "random": False, "count": 1, "current_run": 0, "current_prompt": "",
                "endpoint_prompts": {}, "endpoint_status": {}, "llm_status": {}, "results": [],
                "created_at": _now(), "started_at": None, "completed_at": None, "total_elapsed": None,
                "error": None, **asked, "has_image": "image" in asked,
            }
        )  # fmt: skip
        self.jobs[job.id] = job
        return job

    # ---- the contracts -----------------------------------------------------------------------------------------

    def app(self) -> FastAPI:
        """Return the combined app, with the real pages under each contract's prefix."""
        app = FastAPI()
        contracts = {"dual-gen": self.dual_gen, "json-from-image": self.from_image, "create-json": self.create_json}
        for name, contract in contracts.items():
            app.mount(f"/image/{name}", contract())
        return app

    def dual_gen(self) -> FastAPI:
        """Return Dual Gen's contract."""
        app = FastAPI()
        self._add_jobs(app)
        self._add_pictures(app)

        @app.get("/health")
        async def health() -> dict[str, Any]:
            return {"status": "healthy", "service": "dual_gen", "timestamp": "", "queue_size": 0, "current_job": None}

        @app.get("/api/v1/endpoints")
        async def endpoints(include: str) -> EndpointsAndWriter:
            told = [
                {"name": name, "ip": "127.0.0.1", "port": 1, "status": word} for name, word in self.endpoints.items()
            ]
            return EndpointsAndWriter(endpoints=[EndpointReach.model_validate(each) for each in told], llm=self.writer)

        @app.get("/api/v1/models")
        async def models() -> dict[str, Any]:
            return {"data": [{"id": "qwen3"}, {"id": "llama"}], "default_model": "qwen3"}

        install_pages(app)
        return app

    def _add_jobs(self, app: FastAPI) -> None:
        @app.post("/api/v1/generate")
        async def generate(request: Request) -> Response:
            return await self._generate(request)

        @app.get("/api/v1/status/{job}")
        async def status(job: str) -> Response:
            self.looks += 1
            if job not in self.jobs:
                return envelope(404, "JOB_NOT_FOUND", f"there is no job {job}")
            return _told(self.jobs[job])

        @app.get("/api/v1/queue")
        async def queue() -> Response:
            self.queue_looks += 1
            by_status = {
                word: [job for job in self.jobs.values() if job.status == word] for word in ("queued", "running")
            }
            ended = [job for job in reversed(self.jobs.values()) if job.status not in by_status]
            running = by_status["running"]
            return _told(
                QueueDocument(
                    pending=by_status["queued"],
                    running=running,
                    completed=ended,
                    current_job_id=running[0].id if running else None,
                    queue_size=len(by_status["queued"]),
                )
            )

        @app.delete("/api/v1/queue/{job}")
        async def cancel(job: str) -> Response:
            if self.jobs[job].status != "queued":
                return envelope(400, "VALIDATION_ERROR", "the job does not wait", job_id="is not queued")
            self.end(self.jobs[job], "cancelled")
            return JSONResponse({"success": True, "job_id": job})

        @app.post("/api/v1/queue/clear")
        async def clear() -> dict[str, Any]:
            waiting = [job for job in self.jobs.values() if job.status == "queued"]
            for job in waiting:
                self.end(job, "cancelled")
            return {"success": True, "cleared": len(waiting)}

    def _add_pictures(self, app: FastAPI) -> None:
        @app.get("/api/v1/gallery")
        async def gallery(limit: int) -> list[GalleryItem]:
            return self.gallery[:limit]

        @app.get("/images/{name}")
        async def read(name: str, request: Request) -> Response:
            self.keys.add(request.headers.get("x-api-key"))
            if name not in self.pictures:
                return envelope(404, "JOB_NOT_FOUND", f"there is no picture {name}")
            return Response(self.pictures[name], media_type="image/png")

    async def _generate(self, request: Request) -> Response:
        body = await request.json()
        self.keys.add(request.headers.get("x-api-key"))
        self.bodies.append(("generate", body))
        if self.refusal:
            return self.refusal
        job = self._queue({name: body[name] for name in JobDocument.model_fields if name in body} | _picture_of(body))
        waiting = sum(each.status == "queued" for each in self.jobs.values())
        return _told(JobAccepted(job_id=job.id, queue_position=waiting, correlation_id="a1b2c3d4e5f6"))

    def from_image(self) -> FastAPI:
        """Return JSON-from-Image's contract."""
        app = FastAPI()

        @app.post("/api/analyze")
        async def analyze(request: Request) -> Response:
            body = await request.json()
            self.bodies.append(("analyze", body))
            self.keys.add(request.headers.get("x-api-key"))
            base64.b64decode(body["image_base64"], validate=True)
            return self.refusal or JSONResponse(Scene.model_validate(self.scene).model_dump(mode="json"))

        @app.post("/api/send")
        async def send(request: Request) -> Response:
            self.bodies.append(("send", await request.json()))
            if self.refusal:
                return self.refusal
            job = self._queue({"prompt": self.asked("send")["scene"]})
            return _told(JobAccepted(job_id=job.id, queue_position=1, correlation_id="a1b2c3d4e5f6"))

        @app.get("/api/models")
        async def models() -> dict[str, Any]:
            return {"data": [{"id": "offline"}], "default_model": "offline"}

        @app.get("/health")
        async def health() -> dict[str, Any]:
            return {"status": "healthy", "service": "json_from_image", "lm_studio": "disconnected", "model": ""}

        self._add_schema(app)
        install_pages(app)
        return app

    def create_json(self) -> FastAPI:
        """Return Create-JSON's contract."""
        app = FastAPI()

        @app.post("/api/v1/generate")
        async def generate(request: Request) -> Response:
            return await self._generate(request)

        @app.get("/health")
        async def health() -> dict[str, Any]:
            return {"status": "healthy", "service": "create_json", "upstream": "connected", "upstream_url": ""}

        @app.get("/config.json")
        async def config() -> dict[str, Any]:
            return {"endpoint": "", "generatePath": "/api/generate", "lmModel": self.writer.model}

        @app.get("/lm/v1/models")
        async def models() -> Response:
            if self.writer.source == "offline":
                return envelope(502, "SERVICE_UNAVAILABLE", "no language model is configured")
            return JSONResponse({"data": [{"id": self.writer.model}]})

        @app.post("/lm/v1/chat/completions")
        async def chat(request: Request) -> dict[str, Any]:
            self.chats.append(await request.json())
            return {"choices": [{"message": {"role": "assistant", "content": self.answer}}]}

        self._add_schema(app)
        install_pages(app)
        return app

    @staticmethod
    def _add_schema(app: FastAPI) -> None:
        @app.get("/schema.json")
        async def schema() -> dict[str, Any]:
            return Scene.model_json_schema()


def _picture_of(body: dict[str, Any]) -> dict[str, Any]:
    return {"image": True} if body.get("image") else {}


def _now() -> str:
    return datetime.now().isoformat(timespec="seconds")


def _dumped(rounds: list[Any]) -> list[dict[str, Any]]:
    return [each.model_dump() for each in rounds]


def _told(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")

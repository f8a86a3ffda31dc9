"""Routes that tell what the try-on service is and how it is."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from api.contracts.tryon_deps import HealthDep, Prefix, Workflows
from api.contracts.tryon_kinds import START

router = APIRouter()


@router.get("/", include_in_schema=False)
async def page(prefix: Prefix) -> Response:
    """Send a browser to the page."""
    return RedirectResponse(f"{prefix}/ui/tryon/", 302)


@router.get("/health")
async def health(found: Workflows, known: HealthDep) -> dict[str, Any]:
    """Say how the service is; always 200, since the answer itself shows that it lives. Degraded: without Prefect."""
    return await known.report(found.runs[START].prefect)

"""Publish pictures: the gallery, the user's own folder, the job's result, and what Prefect's pages show of the run."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from prefect import task
from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE

from blocks.artifacts import ArtifactStore
from blocks.images.gallery import Gallery, GalleryEntry, safe_filename
from blocks.images.settings import EndpointEntry, image_settings
from flows.contracts import ImageRound, ImagesResult, RoundPicture
from tasks.current_run import current_run
from tasks.domain.errors import UpstreamError
from tasks.domain.images.contact_sheet import Tile, as_png, contact_sheet
from tasks.domain.images.thumbnails import thumbnail
from tasks.domain.rounds.choices import gallery_name, shown
from tasks.image_log import Row, append, is_logged, leave_copy, timestamp
from tasks.images import Drawn
from tasks.publishing import cost_rows, data_url, optional_report, write_result

TILE_PX, COLUMNS = 152, 4  # of the sheet in Prefect's pages
MOST_ON_SHEET = 40  # pictures; the newest rounds
MOST_ROWS = 200


async def hang(number: int, entry: EndpointEntry, prompt: str, drawn: Drawn) -> GalleryEntry:
    """Put a picture into the gallery, with its thumbnail; hung again it stays as it is.

    Raises InvalidInput for what cannot be decoded.
    """
    store, made = ArtifactStore.from_settings(), drawn.made
    small = await asyncio.to_thread(thumbnail, await store.read(made.picture))
    seed, engine = made.stats.get("seed"), made.stats.get("engine")
    wanted = GalleryEntry(
        filename=safe_filename(gallery_name(entry.ip, made.filename, made.picture.media_type)),
        picture=made.picture,
        thumbnail=await store.write(small.data, media_type="image/webp"),
        created=datetime.now(UTC),
        width_px=small.width_px,
        height_px=small.height_px,
        job=str(current_run().id),
        round=number,
        endpoint=entry.label,
        prompt=shown(prompt),
        seed=seed if isinstance(seed, int) else None,
        engine=engine if isinstance(engine, str) else "",
    )
    return await Gallery(store).add(wanted)


async def leave_outside(picture: RoundPicture, *, again: bool) -> str | None:
    """Leave a copy and a row of the log in `output_directory`, if there is one; return what went wrong, if anything.

    `again` says that an earlier start of the run may have done so already.
    """
    folder = image_settings().output_directory
    if folder is None:
        return None
    try:
        data = await ArtifactStore.from_settings().read(picture.picture) if picture.picture else None
        await asyncio.to_thread(_leave, folder, picture, data, again)
    except (OSError, UpstreamError) as error:
        return f"{folder} lacks pictures or rows of its log: {error}"
    return None


def _leave(folder: Path, picture: RoundPicture, data: bytes | None, again: bool) -> None:
    if data is not None:
        leave_copy(folder, picture.filename, data)
    if again and data is not None and is_logged(folder, picture.filename):
        return
    seed = picture.stats.get("seed")
    row = Row(
        timestamp=timestamp(datetime.now(UTC)),
        endpoint=picture.endpoint.name,
        prompt=picture.prompt_used,
        seed=seed if isinstance(seed, int) else None,
        filename=picture.filename,
        duration=picture.duration,
        status="success" if picture.success else "error",
        error=picture.error or "",
    )
    append(folder, row)


@task(task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
async def publish_images(result: ImagesResult) -> None:
    """Write the result where clients read it, then a report, the costs and a contact sheet for Prefect's pages."""
    store = ArtifactStore.from_settings()
    await write_result(result, store)
    with optional_report():
        await show_in_ui(result, store)


async def show_in_ui(result: ImagesResult, store: ArtifactStore) -> None:
    """Create the run's Prefect artifacts, under keys of its own."""
    run_id = current_run().id
    report = acreate_markdown_artifact(report_of(result), key=f"report-{run_id}", description="The pictures")
    await report
    if result.cost_summary.calls:
        rows = cost_rows(result.cost_summary)
        await acreate_table_artifact(rows, key=f"cost-{run_id}", description="What the prompts cost")
    rows_shown = on_sheet(result.rounds)
    if rows_shown:
        small = [[Tile(await store.read(p.thumbnail)) for p in row if p.thumbnail] for row in rows_shown]
        sheet = await asyncio.to_thread(lambda: as_png(contact_sheet(small, tile_px=TILE_PX, columns=COLUMNS)))
        url = await data_url(await store.write(sheet), store)
        await acreate_image_artifact(url, key=f"sheet-{run_id}", description="Contact sheet, a line for each round")


def on_sheet(rounds: list[ImageRound]) -> list[list[RoundPicture]]:
    """Return the pictures of the newest rounds, as many as a sheet shows, oldest first."""
    rows: list[list[RoundPicture]] = []
    left = MOST_ON_SHEET
    for each in reversed(rounds):
        row = [picture for picture in each.images if picture.thumbnail][:left]
        left -= len(row)
        rows = [row, *rows] if row else rows
        if left == 0:
            break
    return rows


def report_of(result: ImagesResult) -> str:
    """Return the run's report in markdown: outcome, what each endpoint did in each round, warnings."""
    pictures = [picture for each in result.rounds for picture in each.images]
    made = sum(picture.success for picture in pictures)
    outcome = f"{made} of {len(pictures)} pictures in {len(result.rounds)} round(s)."
    if not result.success:
        outcome = f"**Not finished**: {result.error}. {outcome}"
    lines = ["# Pictures", outcome]
    if pictures:
        rows = [_row(each, picture) for each in result.rounds for picture in each.images]
        cut = [f"… and {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
        head = ["| round | endpoint | picture | seed | seconds |", "| --- | --- | --- | --- | --- |"]
        lines.append("\n".join([*head, *rows[:MOST_ROWS]]))
        lines += cut
    return "\n\n".join([*lines, *(f"- {warning}" for warning in result.warnings)])


def _row(each: ImageRound, picture: RoundPicture) -> str:
    what = f"`{picture.filename}`" if picture.success else f"**{_plain(picture.error or '')}**"
    seconds = "" if picture.duration is None else f"{picture.duration:.1f}"
    seed = picture.stats.get("seed", "")
    return f"| {each.number} | {_plain(picture.endpoint.name)} | {what} | {seed} | {seconds} |"


def _plain(text: str) -> str:
    """Return `text` so that it cannot end the cell that it stands in."""
    return " ".join(text.replace("|", "\\|").split())[:200]

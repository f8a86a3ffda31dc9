"""The whole try-on with its bytes on Azure Blob, as Azurite speaks it, opened by credentials that Prefect keeps.

The flow runs in the test's process, in a real Prefect; the studio reads and writes the same account.
"""

import re
from collections.abc import AsyncIterator

import obstore
import pytest
from prefect_azure import AzureBlobStorageCredentials

from api.studio.app import create_app
from api.studio.classical import engines
from api.studio.settings import StudioSettings
from blocks.artifacts import ArtifactStore
from blocks.azure_account import AzureAccount
from blocks.try_on.uploads import read_upload
from flows.contracts import BrushStroke, StrokePoint, TryOnRequest, TryOnResult
from flows.try_on import try_on
from tasks.domain.errors import InvalidInput
from tests.artifacts.conftest import azurite
from tests.prefect_server import Served
from tests.try_on import pictures, scenes
from tests.try_on.faults import FaultyProxy
from tests.try_on.services import addresses

__all__ = ["azurite"]

BLOCK = "try-on-account"
STROKE = BrushStroke(points=[StrokePoint(x=0.5, y=0.3125)], mode="add", size=60)


@pytest.fixture
async def store(prefect: None, azurite: AzureAccount, configure) -> ArtifactStore:
    """The store of the settings: on Azurite, opened by a prefect-azure block, in a container that is not there yet."""
    connection = f"AccountName={azurite.name};AccountKey={azurite.key.get_secret_value()};BlobEndpoint={azurite.url}"
    await AzureBlobStorageCredentials(connection_string=connection).save(BLOCK, overwrite=True)
    configure(
        ATELIER_STORE="azure",
        ATELIER_CONTAINER="try-on-artifacts",
        ATELIER_AZURE_CREDENTIALS_BLOCK=BLOCK,
        ATELIER_FETCH_ALLOW="127.0.0.1/32",
        TRYON_CANVAS_WIDTH_PX=scenes.CANVAS[0],
        TRYON_CANVAS_HEIGHT_PX=scenes.CANVAS[1],
    )
    return ArtifactStore.from_settings()


@pytest.fixture
async def gate(store: ArtifactStore, configure) -> AsyncIterator[FaultyProxy]:
    """The way to a studio whose store is the same account."""
    served = Served()
    with FaultyProxy(await served.start(create_app(StudioSettings(), engines(), store))) as gate:
        configure(**addresses(gate.url))
        yield gate
    await served.stop()


@pytest.mark.parametrize(
    ("dialect", "reference", "told"),
    [("seed", "azure", 8 * ["azure://"]), ("seed", "sas", 8 * ["http://"]), ("deployed", "sas", 3 * ["http://"])],
)
async def test_the_whole_flow(dialect, reference, told, store: ArtifactStore, gate: FaultyProxy, configure):
    """Services are told of pictures by azure:// URI, signed link, or bytes; what comes of it lies on Azure."""
    configure(TRYON_UPSTREAM_DIALECT=dialect, TRYON_IMAGE_REFERENCE=reference)
    photo = await store.write(scenes.CLUTTERED)
    request = TryOnRequest(photo=photo, points=scenes.CLUTTERED_CLICKS, strokes=[STROKE], jewelry_type="ring")
    state = await try_on(request, return_state=True)
    document = await store.read_named(f"runs/{state.state_details.flow_run_id}/result.json")
    result = TryOnResult.model_validate_json(document)
    assert (state.name, result.failure) == ("Completed", None)
    assert [uri[: len(scheme)] for uri, scheme in zip(references(gate), told, strict=True)] == told
    for picture in (result.cutout, result.mask, result.flux, result.gemini):
        assert picture.uri.startswith("azure://try-on-artifacts/hashed/")
        assert (await pictures.opened(store, picture)).size == scenes.CANVAS


def references(gate: FaultyProxy) -> list[str]:
    """Return what the services were told of pictures in storage, request by request."""
    found = re.compile(rb'"(?:image_uri|mask_uri|uri)": ?"([^"]+)"')
    return [uri.decode() for call in gate.calls for uri in found.findall(call.data)]


async def test_blobs_of_others_are_read(store: ArtifactStore, azurite: AzureAccount):
    """A blob that an earlier system keeps under a name of its own is read from its container, within limits."""
    azurite.create_container("jewelry-uploads")
    uploads = azurite.container("jewelry-uploads")
    await obstore.put_async(uploads, "ring/uploads/original-1.jpg", pictures.photo())
    uri = "azure://jewelry-uploads/ring/uploads/original-1.jpg"
    assert await read_upload(uri, store=store) == pictures.photo()
    with pytest.raises(InvalidInput, match=r"imageUri: .* at most 10 are taken"):
        await read_upload(uri, store=store, max_bytes=10)

"""A worker names the integrations that are installed as the stock worker does, and imports none of them for it."""

import subprocess
import sys

from prefect.workers.process import ProcessWorker

from blocks.settings import CHECKOUT
from deployments.pools import worker_class
from deployments.worker.worker import WarmProcessWorker


async def test_the_same_are_named() -> None:
    """The stock worker imports each of them to know its name."""
    ours, stock = WarmProcessWorker("cpu"), ProcessWorker("cpu")
    named = await ours._worker_metadata()
    assert named is not None
    assert "prefect-azure" in {each.name for each in named.integrations}
    assert named == await stock._worker_metadata()


def test_a_type_of_an_integration_is_found_too() -> None:
    """What is neither ours nor Prefect's own is looked up among the integrations; what nobody has is None."""
    assert worker_class("warm-process") is WarmProcessWorker
    found = worker_class("azure-container-instance")
    assert found is not None
    assert found.type == "azure-container-instance"
    assert worker_class("abacus") is None


def test_nothing_is_imported_for_it() -> None:
    """Azure's SDK takes two seconds, in set-up and in each worker."""
    code = """
import asyncio, sys
from deployments.pools import worker_class
asyncio.run(worker_class("warm-process")("cpu")._worker_metadata())
print("prefect_azure" in sys.modules)
"""
    answer = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert answer.stdout.strip() == "False", answer.stderr

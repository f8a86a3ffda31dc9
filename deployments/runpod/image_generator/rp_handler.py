"""RunPod's worker 1, on CPU: words or a picture become concept pictures.

In RunPod this file is the container's command. On a developer's machine, from this folder:

    PYTHONPATH=../../.. python rp_handler.py                       does test_input.json, then ends
    PYTHONPATH=../../.. python rp_handler.py --test_input '{…}'    does another
    PYTHONPATH=../../.. python rp_handler.py --rp_serve_api        serves /runsync on port 8000

OPENAI_API_KEY or GEMINI_API_KEY say who draws; without one the offline illustrator does, and says so. Files go to the
store that ATELIER_STORE and AZURE_* name.
"""

import runpod

from deployments.runpod.concepts import generate_concepts
from deployments.runpod.worker import handler_of
from flows.contracts.runpod.inputs import CONCEPTS

handler = handler_of({CONCEPTS: generate_concepts})

if __name__ == "__main__":
    runpod.serverless.start({"handler": handler})

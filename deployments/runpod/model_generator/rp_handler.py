"""RunPod's worker 2, on a GPU: a picture becomes a model, and a model gets its size.

In RunPod this file is the container's command. On a developer's machine, from this folder:

    PYTHONPATH=../../.. python rp_handler.py                                                does test_input.json
    PYTHONPATH=../../.. python rp_handler.py --test_input "$(cat test_input_rescale.json)"   rescales by dimensions
    PYTHONPATH=../../.. python rp_handler.py --rp_serve_api                                 serves /runsync on port 8000

TRELLIS_URL says who reconstructs: the GPU server in the same container, or the studio on CPU. To rescale nobody is
needed. Files go to the store that ATELIER_STORE and AZURE_* name.
"""

import runpod

from deployments.runpod.models import generate_model, rescale_model
from deployments.runpod.worker import handler_of
from flows.contracts.runpod.inputs import MODEL, RESCALE

handler = handler_of({MODEL: generate_model, RESCALE: rescale_model})

if __name__ == "__main__":
    runpod.serverless.start({"handler": handler})

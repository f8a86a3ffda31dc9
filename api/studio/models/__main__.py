"""Say which models this Python cannot run, and why: `python -m api.studio.models` prints a JSON object."""

import json

from api.studio import classical
from api.studio.models import engines
from api.studio.settings import StudioSettings

if __name__ == "__main__":
    print(json.dumps(dict(engines(StudioSettings(engine="auto"), classical.engines()).missing)))

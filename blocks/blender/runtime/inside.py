"""The child's second half inside an external Blender: gives up becoming other programs, then does the job."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import child
import lockdown

folder = Path.cwd()
job = json.loads((folder / "job.json").read_text())
if (folder / "filter.bpf").exists():
    lockdown.load_filter((folder / "filter.bpf").read_bytes())
child.start_blender()
status = child.work(job["kind"], job["options"], folder, job["report_fd"])
sys.stderr.flush()
os._exit(status)

"""What holds for every test: stacks are set up with their schedules paused, so that nothing runs but what a test asks
for. The environment says so, since it reaches every process that a test starts, the command line's too."""

import os

os.environ["ATELIER_SCHEDULES"] = "off"

"""RunPod's contract apart from its transport: what a worker's handler takes and gives, and how a job is told."""

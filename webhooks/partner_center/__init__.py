"""Partner Center: what the partner resells, read and switched between active and suspended, and nothing else."""

"""The faces: thin adapters over the shared core, unknown to each other."""

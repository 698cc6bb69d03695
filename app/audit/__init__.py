"""The journal taken out of the desk, with a verifier that needs nothing of ours."""
